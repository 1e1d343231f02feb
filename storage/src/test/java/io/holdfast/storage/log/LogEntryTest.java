// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.storage.record.LogEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LogEntryTest {
    private static final long POSITION = 1_000;
    private static final long TIME = 1_700_000_000_123L;

    private final LogEntryWriter writer = new LogEntryWriter();

    @Test
    @DisplayName("a log row is protobuf's LogEntry, field by field")
    void finish_eachField_goldenRecord() throws InvalidProtocolBufferException {
        writer.message(2, 70);
        writer.recipient(257, 1, null);
        writer.recipient(513, 2, null);
        writer.message(1, 80);
        writer.recipient(257, 2 | Delivery.IDENTIFIERS, new int[] {7, 268_435_455});
        writer.event(EventKind.ACKNOWLEDGED, 257, 65_535);
        writer.event(EventKind.ACKNOWLEDGED, 257, 65_536);
        writer.event(EventKind.RELEASED, 513, 5);
        writer.event(EventKind.RELEASED, 513, 6);
        writer.event(EventKind.INBOUND_ADDED, 769, 65_535);
        writer.event(EventKind.DROPPED, 257, 70_000);
        writer.moved(3, 9, 257, 990, 9, 7);
        writer.ended(1025);
        byte[] record = writer.finish(TIME, 0).toBytes();

        LogEntry expected = LogEntry.newBuilder()
                .setMessages(2)
                .setTimeMillis(TIME)
                .addAllRecipients(longs(2, 70, 257 * 2 + 1, 1, 256 * 2 + 1, 2))
                .addAllRecipients(longs(1, 80, -256 * 2 + 1, 18, 2, 7, 268_435_455))
                .addAllAcknowledged(longs(257, 65_535, 2))
                .addAllReleased(longs(513, 5, 2))
                .addAllInboundAdded(longs(769, 65_535, 1))
                .addAllDropped(longs(257, 70_000, 1))
                .addMoved(io.holdfast.storage.record.Moved.newBuilder()
                        .setSource(3)
                        .setIndex(9)
                        .setTarget(257)
                        .setMessage(990)
                        .setFlags(9)
                        .setIdentifier(7))
                .addEnded(1025)
                .build();
        assertThat(LogEntry.parseFrom(record)).isEqualTo(expected);
        assertThat(record).isEqualTo(expected.toByteArray());
    }

    @Seeded(runs = 60)
    @DisplayName("random groups: protobuf writes the same bytes, and the reader tells them in the order of replay")
    void accept_randomGroup_inOrderOfReplay(long seed) throws InvalidProtocolBufferException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 3; round++) {
            writer.clear();
            assertThat(writer.isEmpty()).isTrue();
            Told told = new Told();
            int messages = random.nextInt(9);
            List<Told> before = new ArrayList<>();
            for (int m = 0; m < messages; m++) {
                Told one = new Told();
                message(random, one, POSITION - messages + m, before);
                before.add(one);
                told.lines.addAll(one.lines);
            }
            List<List<String>> byKind = new ArrayList<>();
            for (EventKind kind : EventKind.values()) {
                byKind.add(events(random, kind));
            }
            for (int m = random.nextInt(3); m > 0; m--) {
                long index = random.nextLong(1L << 40);
                writer.moved(300 + m, index, 77, 12, Delivery.GROUP | 2, m);
                told.moved(300 + m, index, 77, 12, Delivery.GROUP | 2, m);
            }
            byKind.forEach(told.lines::addAll);
            for (int e = random.nextInt(3); e > 0; e--) {
                long number = random.nextLong(1L << 50);
                writer.ended(number);
                told.ended(number);
            }
            byte[] record = writer.finish(TIME, 0).toBytes();
            assertThat(record).isEqualTo(LogEntry.parseFrom(record).toByteArray());

            LogEntryReader reader = new LogEntryReader(POSITION, record);
            Told read = new Told();
            reader.accept(read);
            assertThat(read.lines).isEqualTo(told.lines);
            assertThat(reader.messages()).isEqualTo(messages);
            assertThat(reader.timeMillis()).isEqualTo(TIME);
            assertThat(reader.firstMessageId()).isEqualTo(POSITION - messages);
        }
    }

    private void message(SplittableRandom random, Told told, long id, List<Told> before) {
        int recipients = random.nextInt(5);
        int storedBytes = random.nextInt(10_000);
        int back = before.isEmpty() ? 0 : random.nextInt(before.size()) + 1;
        if (back > 0 && before.get(before.size() - back).lines.size() >= LogEntryWriter.SHARED_MIN) {
            writer.messageAsBefore(back, storedBytes);
            for (String line : before.get(before.size() - back).lines) {
                told.lines.add(line.replaceFirst("message .* for", "message " + id + " of " + storedBytes + " for"));
            }
            return;
        }
        writer.message(recipients, storedBytes);
        for (int r = 0; r < recipients; r++) {
            long number = random.nextLong(1L << random.nextInt(1, 50));
            int flags = random.nextInt(3) | (random.nextBoolean() ? Delivery.RETAIN : 0);
            int[] identifiers = null;
            if (random.nextInt(3) == 0) {
                identifiers = random.ints(random.nextInt(1, 4), 1, 268_435_456).toArray();
                flags |= Delivery.IDENTIFIERS;
            }
            writer.recipient(number, flags, identifiers);
            told.recipient(id, number, flags, storedBytes, identifiers);
        }
    }

    private List<String> events(SplittableRandom random, EventKind kind) {
        Told told = new Told();
        for (int run = random.nextInt(4); run > 0; run--) {
            long number = random.nextLong(1L << 50);
            boolean packetIds = kind == EventKind.INBOUND_ADDED || kind == EventKind.INBOUND_RELEASED;
            long first = packetIds ? random.nextInt(1, 65_000) : random.nextLong(1L << 40);
            for (int i = random.nextInt(1, 6); i > 0; i--, first++) {
                writer.event(kind, number, first);
                told.event(kind, number, first);
            }
        }
        return told.lines;
    }

    @Test
    @DisplayName(
            "a cleared writer has forgotten everything, also the number and flags the next recipient is held against")
    void clear_afterGroup_startsAnew() {
        writer.message(1, 10);
        writer.recipient(900, 2, null);
        writer.event(EventKind.COMPLETED, 900, 3);
        writer.clear();
        writer.message(1, 10);
        writer.recipient(5, 1, null);
        writer.event(EventKind.COMPLETED, 5, 4);
        byte[] reused = writer.finish(TIME, 0).toBytes();

        LogEntryWriter fresh = new LogEntryWriter();
        fresh.message(1, 10);
        fresh.recipient(5, 1, null);
        fresh.event(EventKind.COMPLETED, 5, 4);
        assertThat(reused).isEqualTo(fresh.finish(TIME, 0).toBytes());
    }

    @Test
    @DisplayName("recipients of a message that is not there, or had too few to be referred to, are a defect")
    void accept_referenceToNothing_throws() {
        writer.message(1, 10);
        writer.recipient(5, 1, null);
        writer.messageAsBefore(1, 10);
        byte[] tooFew = writer.finish(TIME, 0).toBytes();
        writer.clear();
        writer.messageAsBefore(1, 10);
        byte[] beforeTheFirst = writer.finish(TIME, 0).toBytes();
        for (byte[] record : List.of(tooFew, beforeTheFirst)) {
            assertThatThrownBy(() -> new LogEntryReader(POSITION, record).accept(new Told()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @DisplayName("a message without recipients, an event or an end each need a row; nothing else does")
    void isEmpty_anyContent_false() {
        assertThat(writer.isEmpty()).isTrue();
        writer.message(0, 10);
        assertThat(writer.isEmpty()).isFalse();
        writer.clear();
        writer.event(EventKind.INBOUND_RELEASED, 1, 1);
        assertThat(writer.isEmpty()).isFalse();
        writer.clear();
        writer.ended(1);
        assertThat(writer.isEmpty()).isFalse();
    }

    @Test
    @DisplayName("bytes that are no log entry are refused")
    void construct_garbage_throws() {
        assertThatThrownBy(() -> new LogEntryReader(1, new byte[] {0x1a, 100}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Long> longs(long... values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** Writes down what it is told. */
    static final class Told implements LogEntryReader.Visitor {
        final List<String> lines = new ArrayList<>();

        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            lines.add("message " + messageId + " of " + storedBytes + " for " + number + " flags " + flags + " "
                    + Arrays.toString(identifiers));
        }

        @Override
        public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
            lines.add(
                    "moved " + source + " " + index + " " + target + " " + messageId + " " + flags + " " + identifier);
        }

        @Override
        public void event(EventKind kind, long number, long logged) {
            lines.add(kind + " " + number + " " + logged);
        }

        @Override
        public void ended(long number) {
            lines.add("ended " + number);
        }
    }
}
