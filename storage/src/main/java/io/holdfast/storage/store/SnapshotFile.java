// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of numbers that spares a start some work: what it holds follows from rows, so it is never needed and never
 * trusted. It counts only while the {@code CleanStop} row names its checksum, and that row goes with the first group that
 * is written. So it needs no sync: half a file is one that does not fit.
 *
 * <pre>
 *   header    magic 4, version 2, zero 2, store id 16     (little-endian, as everything)
 *   content   bytes, ints and longs
 *   checksum  CRC32C over all before it, 4
 * </pre>
 */
final class SnapshotFile {
    private static final int MAGIC = 0x4e534648;
    private static final short VERSION = 2;
    private static final int HEADER_BYTES = 4 + 2 + 2 + Watermark.STORE_ID_BYTES;
    private static final int CHECKSUM_BYTES = 4;

    private SnapshotFile() {}

    /**
     * Writes or replaces the file.
     *
     * @return its checksum, never 0
     */
    static int write(Path file, byte[] storeId, Snapshot content) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(half);
        int checksum;
        try (FileChannel channel = OwnFiles.open(half)) {
            ChannelSink sink = new ChannelSink(channel);
            sink.header(storeId);
            content.writeTo(sink);
            checksum = sink.finish();
        }
        if (checksum == 0) {
            Files.delete(half); // One in four thousand million: 0 means that there is none.
            throw new IOException("its checksum is 0");
        }
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return checksum;
    }

    /** The content of the file with this checksum, or null when it is missing, damaged, foreign or of another version. */
    static @Nullable ByteBuffer read(Path file, byte[] storeId, int checksum) throws IOException {
        if (!Files.exists(file) || Files.size(file) > Integer.MAX_VALUE) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int size = (int) channel.size();
            if (size < HEADER_BYTES + CHECKSUM_BYTES) {
                return null;
            }
            ByteBuffer bytes =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.LITTLE_ENDIAN);
            CRC32C crc = new CRC32C();
            crc.update(bytes.slice(0, size - CHECKSUM_BYTES));
            boolean fits = bytes.getInt(0) == MAGIC
                    && bytes.getShort(4) == VERSION
                    && bytes.slice(8, Watermark.STORE_ID_BYTES).equals(ByteBuffer.wrap(storeId))
                    && bytes.getInt(size - CHECKSUM_BYTES) == checksum
                    && (int) crc.getValue() == checksum;
            return fits
                    ? bytes.slice(HEADER_BYTES, size - HEADER_BYTES - CHECKSUM_BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                    : null;
        }
    }

    private static final class ChannelSink implements Snapshot.Sink {
        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        private final CRC32C crc = new CRC32C();
        private long position;

        ChannelSink(FileChannel channel) {
            this.channel = channel;
        }

        void header(byte[] storeId) {
            buffer.putInt(MAGIC).putShort(VERSION).putShort((short) 0).put(storeId);
        }

        @Override
        public void putInt(int value) throws IOException {
            room(Integer.BYTES);
            buffer.putInt(value);
        }

        @Override
        public void putLong(long value) throws IOException {
            room(Long.BYTES);
            buffer.putLong(value);
        }

        @Override
        public void putBytes(byte[] values) throws IOException {
            for (int from = 0; from < values.length; ) {
                room(Byte.BYTES);
                int n = Math.min(values.length - from, buffer.remaining());
                buffer.put(values, from, n);
                from += n;
            }
        }

        @Override
        public void putInts(int[] values) throws IOException {
            for (int from = 0; from < values.length; ) {
                room(Integer.BYTES);
                int n = Math.min(values.length - from, buffer.remaining() / Integer.BYTES);
                buffer.asIntBuffer().put(values, from, n);
                buffer.position(buffer.position() + n * Integer.BYTES);
                from += n;
            }
        }

        @Override
        public void putLongs(long[] values) throws IOException {
            for (int from = 0; from < values.length; ) {
                room(Long.BYTES);
                int n = Math.min(values.length - from, buffer.remaining() / Long.BYTES);
                buffer.asLongBuffer().put(values, from, n);
                buffer.position(buffer.position() + n * Long.BYTES);
                from += n;
            }
        }

        private void room(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                drain();
            }
        }

        private void drain() throws IOException {
            buffer.flip();
            crc.update(buffer.duplicate());
            int length = buffer.remaining();
            OwnFiles.writeFully(channel, buffer, position);
            position += length;
            buffer.clear();
        }

        int finish() throws IOException {
            drain();
            int checksum = (int) crc.getValue();
            buffer.putInt(checksum);
            buffer.flip();
            OwnFiles.writeFully(channel, buffer, position);
            return checksum;
        }
    }
}
