// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.tools.store.Section.Column;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a dump one by one, for who wants to hold two dumps against each other: the dump runs in a thread of its own
 * and waits while enough of its rows are ahead, so that memory stays constant.
 */
final class RowFeed implements DumpOutput {
    /**
     * One row; values stand in the order of its section's columns.
     *
     * @param values numbers as Long, everything else as text
     */
    record Row(Section section, List<@Nullable Object> values) {}

    private static final int ROWS_AHEAD = 4_096;
    /** No row of a section is without values. */
    private static final Row END = new Row(Section.STORE, List.of());

    private final BlockingQueue<Row> rows = new ArrayBlockingQueue<>(ROWS_AHEAD);
    private final Thread thread;
    private volatile boolean damaged;
    private volatile @Nullable RuntimeException failure;
    private Section section = Section.STORE;
    private List<@Nullable Object> values = new ArrayList<>();

    /** Starts to read the rows of these sections. */
    RowFeed(StoreReader store, EnumSet<Section> sections) {
        thread = new Thread(() -> run(store, sections), "diff");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(StoreReader store, EnumSet<Section> sections) {
        try {
            new StoreDumper(store, this, LongWork.hidden()).dump(sections, Selection.ALL);
        } catch (RuntimeException e) {
            failure = e;
        } catch (IOException e) {
            return; // Interrupted: nobody wants the rest.
        }
        try {
            put(END);
        } catch (IOException e) {
            return; // As above.
        }
    }

    /** The next row, null behind the last one. */
    @Nullable
    Row next() throws IOException {
        try {
            Row row = rows.take();
            if (!row.values().isEmpty()) {
                return row;
            }
            RuntimeException failed = failure;
            if (failed != null) {
                throw failed;
            }
            return null;
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    /** Whether a row could not be read. */
    boolean isDamaged() {
        return damaged;
    }

    private void put(Row row) throws IOException {
        try {
            rows.put(row);
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void begin(Section begun, List<Column> columns) {
        section = begun;
    }

    @Override
    public void number(long value) {
        values.add(value);
    }

    @Override
    public void text(@Nullable String value) {
        values.add(value);
    }

    @Override
    public void flag(boolean value) {
        values.add(value ? "yes" : "no");
    }

    @Override
    public void time(long millis) {
        values.add(millis);
    }

    @Override
    public void payload(byte[] record, int offset, int length) {
        String text = ScreenText.text(record, offset, length);
        values.add(text == null ? "0x" + ScreenText.hex(record, offset, length) : text);
    }

    @Override
    public void unknown() {
        values.add(null);
    }

    @Override
    public void log(LogEntryReader entry, LongPredicate sessions) {
        LogTotals totals = new LogTotals(sessions);
        entry.accept(totals);
        values.add(totals.recipients());
        values.add(totals.events());
    }

    @Override
    public void endRow() throws IOException {
        put(new Row(section, values));
        values = new ArrayList<>(values.size());
    }

    @Override
    public void end(Section ended) {
        // The next row says which section it is of.
    }

    @Override
    public void damaged(DamagedRowException row) {
        damaged = true;
    }

    @Override
    public void finding(String sentence) {
        damaged = true;
    }

    @Override
    public void close() {
        // The dump is at its end, and says so behind its last row.
    }

    /** Nobody wants the rest. */
    void stop() {
        thread.interrupt();
    }
}
