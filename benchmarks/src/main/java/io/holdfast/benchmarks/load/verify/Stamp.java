// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.verify;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The head of every payload of the load tool:
 *
 * <pre>
 * offset  bytes
 *      0      4  checksum (CRC-32C) of everything behind it, filler included
 *      4      4  run: tells messages of this run from what an earlier one left in a session
 *      8      4  stream: one publisher's messages to one topic
 *     12      4  sequence within the stream, from 0
 *     16      8  when the message was due, on {@link System#nanoTime}: publisher and receiver are one process
 * </pre>
 *
 * The filler behind it is whatever the array held. Not thread safe: one for each event loop.
 */
public final class Stamp {
    /** The smallest payload. */
    public static final int BYTES = 24;

    private static final int RUN = 4;
    private static final int STREAM = 8;
    private static final int SEQUENCE = 12;
    private static final int DUE = 16;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final CRC32C crc = new CRC32C();
    private final int run;

    /**
     * Stamps for one run.
     *
     * @param run any number that other runs are unlikely to have
     */
    public Stamp(int run) {
        this.run = run;
    }

    /** Writes the stamp over the head of a payload of at least {@link #BYTES} bytes. */
    public void write(byte[] payload, int stream, int sequence, long dueNanos) {
        INT.set(payload, RUN, run);
        INT.set(payload, STREAM, stream);
        INT.set(payload, SEQUENCE, sequence);
        LONG.set(payload, DUE, dueNanos);
        INT.set(payload, 0, checksum(payload));
    }

    /** Whether the payload is, bit for bit, one that a stamp was written to. */
    public boolean isIntact(byte[] payload) {
        return payload.length >= BYTES && (int) INT.get(payload, 0) == checksum(payload);
    }

    /** Whether an intact payload is of this run. */
    public boolean isOfThisRun(byte[] payload) {
        return (int) INT.get(payload, RUN) == run;
    }

    static int stream(byte[] payload) {
        return (int) INT.get(payload, STREAM);
    }

    static int sequence(byte[] payload) {
        return (int) INT.get(payload, SEQUENCE);
    }

    static long dueNanos(byte[] payload) {
        return (long) LONG.get(payload, DUE);
    }

    private int checksum(byte[] payload) {
        crc.reset();
        crc.update(payload, RUN, payload.length - RUN);
        return (int) crc.getValue();
    }
}
