// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** One call of {@code pub} or {@code sub} in this process, on a thread of its own. */
final class VerbCall {
    private static final int SECONDS_MAX = 90;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    private VerbCall() {}

    static VerbCall sub(int port, String... words) {
        VerbCall call = new VerbCall();
        return call.start(new SubVerb(call.out), port, words);
    }

    /** With an output that is not kept. */
    static VerbCall sub(OutputStream to, int port, String... words) {
        return new VerbCall().start(new SubVerb(to), port, words);
    }

    static VerbCall pub(InputStream in, int port, String... words) {
        return new VerbCall().start(new PubVerb(in), port, words);
    }

    static VerbCall pub(String in, int port, String... words) {
        return pub(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), port, words);
    }

    private VerbCall start(Object verb, int port, String... words) {
        List<String> all = new java.util.ArrayList<>(List.of(words));
        if (port > 0) {
            all.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
        }
        CommandLine line = new CommandLine(verb).setErr(new PrintWriter(err, true));
        Thread thread = new Thread(() -> exit.complete(line.execute(all.toArray(String[]::new))), "verb-call");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** Waits for the end. */
    int exitCode() {
        try {
            return exit.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the verb did not end; it said: " + err + "\nand printed: " + text(), e);
        }
    }

    boolean isRunning() {
        return !exit.isDone();
    }

    String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    List<String> lines() {
        return text().lines().toList();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    String errors() {
        return err.toString();
    }
}
