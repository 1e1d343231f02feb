// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How far the log was on disk for certain. RocksDB reads its log up to the first damage and then carries on as if nothing
 * were missing: one flipped bit in the middle silently takes every acknowledged row behind it. The watermark stands
 * outside that log and remembers a sequence number that a finished sync had covered, so a recovered store that ends below
 * it has lost rows.
 *
 * <p><b>No false alarm.</b> A number is noted only after the sync that covers it has returned, so whatever of this file
 * reaches the disk, in whatever order, is at or below what the log holds. It may lag, which only makes the alarm miss a
 * damage in the last moments.
 *
 * <p><b>Cheap.</b> Two slots of one disk block each are written in turn and in place: a torn write hurts only the slot
 * that is being written, and no file is made, renamed or synced while the broker runs. At a clean stop the file is synced.
 *
 * <pre>
 *   slot (4,096 bytes)   magic 4, version 2, zero 2, store id 16, sequence 8, CRC32C over these 4    (little-endian)
 * </pre>
 *
 * <p>Owned by the commit thread.
 */
final class Watermark implements AutoCloseable {
    /** What a watermark file says. */
    enum State {
        MISSING,
        /** No slot is whole: it warns of nothing. */
        UNREADABLE,
        OTHER_STORE,
        READ
    }

    /**
     * A reading.
     *
     * @param sequence the highest number of a whole slot, 0 unless the state is READ
     */
    record Reading(State state, long sequence) {}

    static final int STORE_ID_BYTES = 16;
    static final int SLOT_BYTES = 4096;
    private static final int SLOTS = 2;
    private static final int MAGIC = 0x4d574648;
    private static final short VERSION = 1;
    private static final int BODY_BYTES = 4 + 2 + 2 + STORE_ID_BYTES + 8;

    private final Path file;
    private final FileChannel channel;
    private final byte[] storeId;
    private final long intervalNanos;
    private final LongSupplier nanoClock;
    private final byte[] slotBytes = new byte[BODY_BYTES + 4];
    private final ByteBuffer slot = ByteBuffer.wrap(slotBytes).order(ByteOrder.LITTLE_ENDIAN);
    private int nextSlot;
    private long noted;
    private long written;
    private long writtenNanos;

    private Watermark(Path file, FileChannel channel, byte[] storeId, Duration interval, LongSupplier nanoClock) {
        this.file = file;
        this.channel = channel;
        this.storeId = storeId;
        this.intervalNanos = interval.toNanos();
        this.nanoClock = nanoClock;
    }

    /** Reads without changing anything. */
    static Reading read(Path file, byte[] storeId) throws IOException {
        if (!Files.exists(file)) {
            return new Reading(State.MISSING, 0);
        }
        State state = State.UNREADABLE;
        long highest = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int i = 0; i < SLOTS; i++) {
                ByteBuffer bytes = whole(channel, (long) i * SLOT_BYTES);
                if (bytes == null) {
                    continue;
                }
                if (!bytes.slice(8, STORE_ID_BYTES).equals(ByteBuffer.wrap(storeId))) {
                    return new Reading(State.OTHER_STORE, 0);
                }
                state = State.READ;
                highest = Math.max(highest, bytes.getLong(8 + STORE_ID_BYTES));
            }
        }
        return new Reading(state, highest);
    }

    /** A slot whose checksum fits, or null. */
    private static @Nullable ByteBuffer whole(FileChannel channel, long at) throws IOException {
        byte[] content = new byte[BODY_BYTES + 4];
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int length;
        do {
            length = channel.read(bytes, at + bytes.position());
        } while (length > 0 && bytes.hasRemaining());
        boolean fits = !bytes.hasRemaining()
                && bytes.getInt(0) == MAGIC
                && bytes.getShort(4) == VERSION
                && bytes.getInt(BODY_BYTES) == checksum(content);
        return fits ? bytes : null;
    }

    /**
     * Starts to note, with both slots at {@code sequence} and synced: what an older slot says is no longer true after the
     * operator has accepted a loss.
     */
    static Watermark start(Path file, byte[] storeId, long sequence, Duration interval, LongSupplier nanoClock)
            throws IOException {
        FileChannel channel = OwnFiles.open(file);
        try {
            Watermark watermark = new Watermark(file, channel, storeId.clone(), interval, nanoClock);
            watermark.noted = sequence;
            watermark.writeSlot();
            watermark.writeSlot();
            channel.force(true);
            OwnFiles.syncFolderOf(file);
            return watermark;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Remembers that everything through {@code sequence} is on disk. Only after the sync has returned.
     *
     * @throws StoreException when the file cannot be written
     */
    void note(long sequence) {
        if (sequence < noted) {
            throw new IllegalArgumentException("watermark would sink from " + noted + " to " + sequence);
        }
        noted = sequence;
        catchUp();
    }

    /** Writes what was noted last, unless that was done less than an interval ago. For the end of a burst. */
    void catchUp() {
        if (noted > written && nanoClock.getAsLong() - writtenNanos >= intervalNanos) {
            try {
                writeSlot();
            } catch (IOException e) {
                throw new StoreException("cannot write the watermark " + file + ": " + e.getMessage(), e);
            }
        }
    }

    /** Writes and syncs what was noted last, for a clean stop. */
    void settle() throws IOException {
        if (noted > written) {
            writeSlot();
        }
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void writeSlot() throws IOException {
        slot.clear();
        slot.putInt(MAGIC).putShort(VERSION).putShort((short) 0).put(storeId).putLong(noted);
        slot.putInt(checksum(slotBytes)).flip();
        OwnFiles.writeFully(channel, slot, (long) nextSlot * SLOT_BYTES);
        nextSlot = (nextSlot + 1) % SLOTS;
        written = noted;
        writtenNanos = nanoClock.getAsLong();
    }

    private static int checksum(byte[] slotBytes) {
        CRC32C crc = new CRC32C();
        crc.update(slotBytes, 0, BODY_BYTES);
        return (int) crc.getValue();
    }
}
