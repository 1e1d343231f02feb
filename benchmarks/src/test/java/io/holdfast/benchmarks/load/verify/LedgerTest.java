// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.result.Verdict;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicName;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final int RUN = 4711;
    private static final int BYTES = 64;
    private static final TopicName[] TOPICS = {TopicName.of("t/0"), TopicName.of("t/1")};

    private final Stamp stamp = new Stamp(RUN);
    private final Streams streams = new Streams(TOPICS);
    private final Ledger ledger = new Ledger(streams, QoS.AT_LEAST_ONCE);
    private final Receipts receipts = ledger.addReceiver(0, 2);

    private Publish next(int stream) {
        return publish(stream, streams.nextSequence(stream), QoS.AT_LEAST_ONCE, false);
    }

    private Publish publish(int stream, int sequence, QoS qos, boolean dup) {
        byte[] payload = new byte[BYTES];
        stamp.write(payload, stream, sequence, 1_000L + sequence);
        int packetId = qos == QoS.AT_MOST_ONCE ? 0 : 1;
        return new Publish(packetId, qos, dup, false, TOPICS[stream], payload, Properties.NONE);
    }

    private static Publish again(Publish publish) {
        return new Publish(2, publish.qos(), true, false, publish.topic(), publish.payload(), Properties.NONE);
    }

    private long take(Publish publish) {
        return receipts.take(publish, stamp, QoS.AT_LEAST_ONCE);
    }

    private Verdict verdict() {
        return ledger.verdict(List.of());
    }

    @Test
    @DisplayName("all streams complete and in order: nothing to report, and each message's due time is told")
    void take_inOrder_clean() {
        for (int i = 0; i < 10; i++) {
            assertThat(take(next(0))).isEqualTo(1_000L + i);
            assertThat(take(next(1))).isEqualTo(1_000L + i);
        }
        assertThat(verdict()).isEqualTo(new Verdict(0, 0, 0, 0, List.of()));
    }

    @Test
    @DisplayName("a message that never comes is lost, in the middle and at the end")
    void take_dropped_lost() {
        take(next(0));
        next(0);
        take(next(0));
        next(0);
        next(1);
        assertThat(verdict().lost()).isEqualTo(3);
        assertThat(verdict().clean()).isFalse();
    }

    @Test
    @DisplayName("at QoS 0 a message that never comes is noted and no fault")
    void take_droppedAtQos0_noted() {
        Ledger loose = new Ledger(streams, QoS.AT_MOST_ONCE);
        Receipts some = loose.addReceiver(0, 1);
        some.take(publish(0, streams.nextSequence(0), QoS.AT_MOST_ONCE, false), stamp, QoS.AT_MOST_ONCE);
        streams.nextSequence(0);
        Verdict verdict = loose.verdict(List.of());
        assertThat(verdict.clean()).isTrue();
        assertThat(verdict.notes()).singleElement().asString().startsWith("1 messages of QoS 0 did not arrive");
    }

    @Test
    @DisplayName("a message that comes twice is doubled, unless QoS 1 sends it again and says so")
    void take_twice_doubled() {
        Publish first = next(0);
        take(first);
        assertThat(take(first)).isEqualTo(Receipts.NO_MESSAGE);
        take(again(first));
        assertThat(verdict().doubled()).isEqualTo(1);
        assertThat(verdict().notes()).singleElement().asString().startsWith("1 deliveries of QoS 1 were repeated");
    }

    @Test
    @DisplayName("at QoS 2 a second delivery is doubled, whatever it says")
    void take_twiceAtQos2_doubled() {
        Publish first = publish(0, streams.nextSequence(0), QoS.EXACTLY_ONCE, false);
        receipts.take(first, stamp, QoS.EXACTLY_ONCE);
        receipts.take(again(first), stamp, QoS.EXACTLY_ONCE);
        assertThat(verdict().doubled()).isEqualTo(1);
    }

    @Test
    @DisplayName("two messages of a stream that swapped places are one reordered and none lost")
    void take_swapped_reordered() {
        Publish first = next(0);
        Publish second = next(0);
        take(second);
        assertThat(take(first)).isEqualTo(1_000L);
        assertThat(verdict()).isEqualTo(new Verdict(0, 0, 1, 0, List.of()));
    }

    @Test
    @DisplayName("streams owe each other no order")
    void take_streamsInterleaved_clean() {
        Publish other = next(1);
        take(next(0));
        take(other);
        assertThat(verdict().clean()).isTrue();
    }

    @Test
    @DisplayName("a changed byte anywhere is corrupted, and the message lost")
    void take_changedByte_corrupted() {
        for (int i = 0; i < BYTES; i++) {
            Publish sent = next(0);
            sent.payload()[i] ^= 1;
            assertThat(take(sent)).as("byte %d", i).isEqualTo(Receipts.NO_MESSAGE);
        }
        assertThat(verdict().corrupted()).isEqualTo(BYTES);
        assertThat(verdict().lost()).isEqualTo(BYTES);
    }

    @Test
    @DisplayName("a payload cut short, a wrong topic, a wrong QoS and a stream of others are corrupted")
    void take_wrongFrame_corrupted() {
        Publish sent = next(0);
        take(new Publish(1, sent.qos(), false, false, TOPICS[0], new byte[Stamp.BYTES - 1], Properties.NONE));
        take(new Publish(1, sent.qos(), false, false, TOPICS[1], sent.payload(), Properties.NONE));
        take(new Publish(1, QoS.EXACTLY_ONCE, false, false, TOPICS[0], sent.payload(), Properties.NONE));
        ledger.addReceiver(1, 1).take(sent, stamp, QoS.AT_LEAST_ONCE);
        assertThat(verdict().corrupted()).isEqualTo(4);
    }

    @Test
    @DisplayName("what an earlier run left in a session is noted and not counted")
    void take_otherRun_noted() {
        byte[] payload = new byte[BYTES];
        new Stamp(RUN + 1).write(payload, 0, 0, 0);
        take(new Publish(1, QoS.AT_LEAST_ONCE, false, false, TOPICS[0], payload, Properties.NONE));
        assertThat(verdict().clean()).isTrue();
        assertThat(verdict().notes()).singleElement().asString().startsWith("1 deliveries were left from an earlier");
    }

    @Test
    @DisplayName("a message without acknowledgement may be missing, and no other")
    void verdict_unacknowledged_mayBeMissing() {
        next(0);
        next(0);
        streams.giveUp(0, 1);
        assertThat(verdict().lost()).isEqualTo(1);
    }
}
