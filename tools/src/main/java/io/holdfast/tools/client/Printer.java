// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Publish;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/** Messages on standard output, in bytes: a payload is whatever its publisher wrote. One thread. */
final class Printer {
    private static final byte[] NOTHING = "(null)".getBytes(StandardCharsets.US_ASCII);
    private static final int WRITE_BYTES = 64 << 10;

    private final OutputStream out;
    private final @Nullable MessageFormat format;
    private final boolean verbose;
    private final boolean noLineEnd;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    Printer(OutputStream out, @Nullable MessageFormat format, boolean verbose, boolean noLineEnd) {
        this.out = out;
        this.format = format;
        this.verbose = verbose;
        this.noLineEnd = noLineEnd;
    }

    void print(Publish message) throws IOException {
        if (format != null) {
            format.write(message, ZonedDateTime.now(ZoneId.systemDefault()), pending);
        } else {
            if (verbose) {
                pending.writeBytes(message.topic().utf8());
                pending.write(' ');
            }
            pending.writeBytes(verbose && message.payload().length == 0 ? NOTHING : message.payload());
        }
        if (!noLineEnd) {
            pending.write('\n');
        }
        if (pending.size() >= WRITE_BYTES) {
            flush();
        }
    }

    /** Hands everything to the operating system. */
    void flush() throws IOException {
        if (pending.size() > 0) {
            pending.writeTo(out);
            pending.reset();
            out.flush();
        }
    }
}
