// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import io.holdfast.protocol.testkit.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RecordWriterTest {
    private static final int STEPS = 60;

    @Seeded(runs = 30)
    @DisplayName(
            "numbers, signed numbers and byte fields are written as protobuf's own stream writes them, and read back")
    void write_randomFields_asProtobuf(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        RecordWriter ours = new RecordWriter(1);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        CodedOutputStream theirs = CodedOutputStream.newInstance(expected);
        for (int step = 0; step < STEPS; step++) {
            int field = random.nextInt(1, 3000);
            long value = random.nextLong() >> random.nextInt(64);
            switch (random.nextInt(4)) {
                case 0 -> {
                    ours.field(field, value);
                    if (value != 0) {
                        theirs.writeUInt64(field, value);
                    }
                }
                case 1 -> {
                    ours.varint(((long) field << 3));
                    ours.zigzag(value);
                    theirs.writeSInt64(field, value);
                }
                case 2 -> {
                    byte[] content = bytes(random, random.nextInt(300));
                    ours.bytesField(field, content, 0, content.length);
                    if (content.length > 0) {
                        theirs.writeByteArray(field, content);
                    }
                }
                default -> {
                    byte[] content = bytes(random, random.nextInt(3));
                    RecordWriter inner = new RecordWriter();
                    inner.raw(content, 0, content.length);
                    ours.elementField(field, inner);
                    theirs.writeByteArray(field, content);
                }
            }
        }
        theirs.flush();
        assertThat(ours.toBytes()).isEqualTo(expected.toByteArray());
    }

    @Seeded(runs = 30)
    @DisplayName("what is written is read back, signed and unsigned")
    void read_randomNumbers_asWritten(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] values = random.longs(STEPS).map(v -> v >> (v & 63)).toArray();
        RecordWriter out = new RecordWriter();
        for (long value : values) {
            out.varint(value);
            out.zigzag(value);
        }
        RecordReader in = new RecordReader(out.toBytes());
        for (long value : values) {
            assertThat(in.varint()).isEqualTo(value);
            assertThat(in.zigzag()).isEqualTo(value);
        }
        assertThat(in.hasMore()).isFalse();
    }

    @Test
    @DisplayName("a reader steps over fields it does not know, of every wire type")
    void skip_unknownFields_findsTheNext() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeFixed64(90, 1);
        out.writeFixed32(91, 1);
        out.writeUInt64(92, 300);
        out.writeByteArray(93, new byte[200]);
        out.writeUInt64(1, 7);
        out.flush();
        RecordReader in = new RecordReader(bytes.toByteArray());
        for (int unknown = 0; unknown < 4; unknown++) {
            in.skip(in.tag());
        }
        assertThat(RecordReader.field(in.tag())).isEqualTo(1);
        assertThat(in.varint()).isEqualTo(7);
    }

    @Test
    @DisplayName("records that end within a field, or hold an impossible one, are refused and never read past")
    void read_brokenRecords_throws() {
        refused(new byte[] {(byte) 0x80}, RecordReader::varint);
        refused(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, RecordReader::varint);
        refused(new byte[] {5, 1, 2}, RecordReader::sub);
        refused(new byte[] {5, 1, 2}, RecordReader::skipBytes);
        refused(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 0}, RecordReader::sub);
        refused(new byte[] {1, 2, 3}, in -> in.skip(1));
        refused(new byte[] {1, 2, 3}, in -> in.skip(5));
        refused(new byte[] {1, 2, 3}, in -> in.skip(3));
        RecordReader inner = new RecordReader(new byte[] {1, (byte) 0x80, 9}).sub();
        assertThatThrownBy(inner::varint).isInstanceOf(IllegalArgumentException.class);
    }

    private interface Read {
        void from(RecordReader in);
    }

    private static void refused(byte[] record, Read read) {
        assertThatThrownBy(() -> read.from(new RecordReader(record))).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
