// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A writer in a process of its own, to be killed. It takes orders, one per line, and answers each with one line:
 *
 * <pre>
 *   write N   N batches of one row each, keys 1, 2, 3 ... in the log table
 *   sync      one sync
 *   run       writes and syncs for ever, answering each sync with the number of rows it covered
 *   flush     moves rows into table files
 *   reopen    closes and opens the folder, answering "open" or "failed"
 *   settle    brings the watermark up to the last sync
 * </pre>
 */
final class StoreChild implements AutoCloseable {
    static final int RECORD_BYTES = 200;

    private final Process process;
    private final BufferedReader answers;
    private final PrintStream orders;

    private StoreChild(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    static StoreChild start(Path folder, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx128m",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                StoreChild.class.getName(),
                folder.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return new StoreChild(builder.start());
    }

    static StoreChild start(Path folder) throws IOException {
        StoreChild child = start(folder, Map.of());
        child.answer();
        return child;
    }

    String order(String order) throws IOException {
        orders.println(order);
        return answer();
    }

    String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(
                    "the writer ended with " + process.onExit().join().exitValue());
        }
        return line;
    }

    long pid() {
        return process.pid();
    }

    /** SIGKILL, and waits for the end. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** Record of the row with a key, the same in every run. */
    static byte[] record(long key) {
        byte[] record = new byte[RECORD_BYTES];
        Arrays.fill(record, (byte) key);
        ByteBuffer.wrap(record).putLong(key);
        return record;
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String next = "reopen";
        while (next != null) {
            try (StoreFolder folder = StoreFolder.open(Path.of(arguments[0]), StoreOptions.defaults())) {
                answers.println("open");
                next = serve(folder, orders, answers);
            } catch (StoreException e) {
                answers.println("failed " + e.getMessage());
                next = orders.readLine();
            }
        }
    }

    /** Obeys until the store has to be opened anew or the orders end; returns that order, or null. */
    private static @Nullable String serve(StoreFolder folder, BufferedReader orders, PrintStream answers)
            throws IOException {
        RocksStore rows = folder.rows();
        byte[] last = rows.lastKey(Table.LOG, Keys.number(0), Keys.end());
        long key = last == null ? 0 : Keys.number(last);
        String order = orders.readLine();
        while (order != null && !order.equals("reopen")) {
            String[] words = order.split(" ", -1);
            try {
                switch (words[0]) {
                    case "write" -> {
                        for (int n = Integer.parseInt(words[1]); n > 0; n--) {
                            write(rows, ++key);
                        }
                    }
                    case "sync" -> rows.sync();
                    case "flush" -> rows.flush();
                    case "settle" -> folder.settleWatermark();
                    case "run" -> {
                        for (; ; ) {
                            write(rows, ++key);
                            rows.sync();
                            answers.println(key);
                        }
                    }
                    default -> throw new IllegalArgumentException(order);
                }
                answers.println("ok " + key);
            } catch (StoreException e) {
                answers.println("failed " + e.getMessage());
            }
            order = orders.readLine();
        }
        return order;
    }

    private static void write(RocksStore rows, long key) {
        RowBatch batch = new RowBatch();
        batch.put(Table.LOG, Keys.number(key), record(key));
        rows.write(batch);
    }
}
