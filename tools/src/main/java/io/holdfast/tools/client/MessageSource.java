// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the messages of {@code pub} come from; one of these is said. */
final class MessageSource {
    /** The largest payload that a packet could carry with an empty topic: more is refused before it fills the memory. */
    private static final int PAYLOAD_BYTES_MAX = 268_435_455;

    private static final int BUFFER_BYTES = 64 << 10;

    @Option(
            names = {"-m", "--message"},
            required = true,
            paramLabel = "TEXT",
            description = "Publish this text.")
    private @Nullable String text;

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "Publish this file as one message.")
    private @Nullable Path file;

    @Option(
            names = {"-l", "--stdin-line"},
            required = true,
            description = "Publish each line of standard input that is not empty.")
    private boolean lines;

    @SuppressWarnings("UnusedVariable") // What is none of the others is this.
    @Option(
            names = {"-s", "--stdin-file"},
            required = true,
            description = "Publish all of standard input as one message.")
    private boolean whole;

    @Option(
            names = {"-n", "--null-message"},
            required = true,
            description = "Publish an empty message; with -r the retained one goes.")
    private boolean empty;

    /** The payloads one by one. */
    interface Messages {
        /** The next payload, or null behind the last. */
        byte @Nullable [] next() throws IOException;
    }

    boolean isLines() {
        return lines;
    }

    /**
     * Opens the source: what is not lines is read now.
     *
     * @param times how often to tell a message that is not a line
     */
    Messages open(InputStream in, int times) throws IOException {
        if (lines) {
            if (times != 1) {
                throw new IllegalArgumentException("--repeat does not go with -l");
            }
            InputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
            return () -> line(buffered);
        }
        byte[] payload = payload(in);
        return new Messages() {
            private int left = times;

            @Override
            public byte @Nullable [] next() {
                return left-- > 0 ? payload : null;
            }
        };
    }

    private byte[] payload(InputStream in) throws IOException {
        if (text != null) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (file != null) {
            try (InputStream opened = Files.newInputStream(file)) {
                return bounded(opened.readNBytes(PAYLOAD_BYTES_MAX + 1));
            }
        }
        return empty ? new byte[0] : bounded(in.readNBytes(PAYLOAD_BYTES_MAX + 1));
    }

    private static byte[] bounded(byte[] payload) throws IOException {
        if (payload.length > PAYLOAD_BYTES_MAX) {
            throw new IOException("it has more than " + PAYLOAD_BYTES_MAX + " bytes, which no MQTT packet can carry");
        }
        return payload;
    }

    /** The next line that is not empty, without its end; the last one need not have an end. */
    private static byte @Nullable [] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = in.read();
        while (octet >= 0) {
            if (octet != '\n') {
                line.write(octet);
                if (line.size() > PAYLOAD_BYTES_MAX) {
                    throw new IOException("a line has more than " + PAYLOAD_BYTES_MAX + " bytes");
                }
            } else if (line.size() > 0) {
                return line.toByteArray();
            }
            octet = in.read();
        }
        return line.size() == 0 ? null : line.toByteArray();
    }
}
