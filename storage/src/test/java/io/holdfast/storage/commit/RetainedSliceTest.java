// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static io.holdfast.storage.commit.CommitFixture.handOver;
import static io.holdfast.storage.commit.CommitFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RetainedSliceTest {
    private static final long ONE = 257;

    private final CommitFixture fixture = new CommitFixture();

    /** A slice of the filter {@code r/#}, or of exactly one topic. */
    private static final class Slice extends RetainedSlice {
        private final String only;

        Slice(String filter, boolean durable, byte[] after, long below) {
            super(
                    ONE,
                    utf8(filter),
                    utf8(filter.replace("#", "")),
                    !filter.endsWith("#"),
                    durable,
                    0,
                    after,
                    below,
                    100);
            only = filter.replace("#", "");
        }

        static Slice durable() {
            return new Slice("r/#", true, new byte[0], 0);
        }

        @Override
        protected boolean matches(byte[] topicUtf8) {
            String topic = new String(topicUtf8, StandardCharsets.UTF_8);
            return topic.startsWith(only) || (topic + "/").equals(only);
        }

        @Override
        protected int flags(Message message) {
            return Math.min(message.qos(), 1) | Delivery.RETAIN;
        }

        boolean more() {
            return hasMore();
        }
    }

    private void retain(int count) {
        HandOver handOver = new HandOver(0);
        for (int i = 0; i < count; i++) {
            handOver.addUrgent(fixture.retained(String.format("r/%04d", i), "v" + i), 0);
        }
        fixture.commit(handOver);
    }

    private void subscribe(String filter) {
        fixture.commit(
                new SubscriptionOps.Subscribe(ONE, filter, utf8(filter), 1, 5, true, SubscriptionOps.Owed.ALWAYS));
    }

    private SubscriptionRecord row() throws InvalidProtocolBufferException {
        return SubscriptionRecord.parseFrom(fixture.record(Table.SUBSCRIPTION, Keys.subscription(ONE, utf8("r/#"))));
    }

    private static List<String> topics(Group group) {
        return group.messages().stream().map(op -> op.message().topic()).toList();
    }

    @Test
    @DisplayName(
            "C13 slices go on where the row says, each in its own batch, until nothing is owed; a crash repeats none")
    void slices_withCrashes_eachValueOnce() throws InvalidProtocolBufferException {
        retain(250);
        subscribe("r/#");
        long below = row().getOwedBelow();
        List<String> got = new ArrayList<>();
        boolean more = true;
        for (int slices = 1; more; slices++) {
            Slice slice = Slice.durable();
            got.addAll(topics(fixture.commit(slice)));
            more = slice.more();
            assertThat(row().getOwed()).isEqualTo(more);
            assertThat(row().getIdentifier()).as("the rest of the row stays").isEqualTo(5);
            assertThat(slices).isLessThan(5);
            // What is built and lost must come again, what is kept must not.
            fixture.committer.build(List.of(handOver(Slice.durable())), fixture.now);
            fixture.crash(0);
            assertThat(more ? row().getOwedBelow() : below).isEqualTo(below);
        }
        assertThat(got).hasSize(250).isSorted().doesNotHaveDuplicates();
        assertThat(topics(fixture.commit(Slice.durable())))
                .as("nothing is owed any more")
                .isEmpty();
    }

    @Test
    @DisplayName("C13 values that came live, with an id from the subscription's place on, are skipped")
    void slice_valueChangedSince_skipped() {
        retain(3);
        subscribe("r/#");
        fixture.commit(fixture.retained("r/0001", "new", ONE));
        assertThat(topics(fixture.commit(Slice.durable()))).containsExactly("r/0000", "r/0002");
    }

    @Test
    @DisplayName("C13 a slice sees what the groups before it left: values of its own group come live, behind it")
    void slice_valueInSameGroup_afterSlice() {
        retain(1);
        subscribe("r/#");
        Group group = fixture.commit(fixture.retained("r/0000", "newer", ONE), Slice.durable());
        List<String> payloads = group.messages().stream()
                .map(op -> new String(
                        op.message().payloadArray(),
                        op.message().payloadOffset(),
                        op.message().payloadBytes(),
                        StandardCharsets.UTF_8))
                .toList();
        assertThat(payloads).containsExactly("v0", "newer");
    }

    @Test
    @DisplayName("a slice queues for a kept session and goes live to others, without touching the retained row")
    void slice_deliveries_asSessionIs() {
        retain(1);
        byte[] before = fixture.record(Table.RETAINED, Keys.text(utf8("r/0000")));
        subscribe("r/#");
        MessageOp kept = fixture.commit(Slice.durable()).messages().get(0);
        assertThat(kept.recipients().size()).isEqualTo(1);
        assertThat(kept.recipients().flags(0)).isEqualTo(1 | Delivery.RETAIN | Delivery.IDENTIFIERS);
        assertThat(kept.recipients().identifiers(0))
                .as("[MQTT5-3.3.4-3] the subscription's identifier goes along")
                .containsExactly(5);
        assertThat(fixture.numbers(Table.MESSAGE)).containsExactly(kept.id());

        Group group = fixture.commit(new Slice("r/#", false, new byte[0], Long.MAX_VALUE));
        assertThat(group.messages().get(0).recipients().isEmpty()).isTrue();
        assertThat(group.messages().get(0).live().number(0)).isEqualTo(ONE);
        assertThat(fixture.record(Table.RETAINED, Keys.text(utf8("r/0000")))).isEqualTo(before);
    }

    @Test
    @DisplayName("C13 a slice holds no more than the queue has room for, in messages and in bytes")
    void slice_littleRoom_stopsThere() {
        retain(20);
        subscribe("r/#");
        Slice messages = Slice.durable();
        messages.limit(3, Long.MAX_VALUE);
        assertThat(topics(fixture.commit(messages))).containsExactly("r/0000", "r/0001", "r/0002");
        assertThat(messages.more()).isTrue();
        Slice bytes = Slice.durable();
        bytes.limit(100, 30);
        assertThat(topics(fixture.commit(bytes))).containsExactly("r/0003", "r/0004");
        assertThat(topics(fixture.commit(Slice.durable()))).hasSize(15);
    }

    @Test
    @DisplayName("C31 [MQTT5-3.3.2-5] an expired retained message is not delivered by a slice, and its row goes")
    void slice_expired_leftOutAndDeleted() {
        retain(1);
        fixture.commit(fixture.expiring("r/0001", "short", 1), fixture.expiring("r/0002", "long", 100));
        subscribe("r/#");
        fixture.now += 2_000;
        assertThat(topics(fixture.commit(Slice.durable()))).containsExactly("r/0000", "r/0002");
        assertThat(fixture.texts(Table.RETAINED)).containsExactly("r/0000", "r/0002");
    }

    @Test
    @DisplayName("C31 what is expired goes from the disk; a new value in the same group stays")
    void expiry_expiredRows_deletedBeforeNewValues() {
        retain(1);
        fixture.commit(
                fixture.expiring("r/a", "a", 1), fixture.expiring("r/b", "b", 1), fixture.expiring("r/c", "c", 60));
        fixture.now += 2_000;
        List<byte[]> seen = List.of(utf8("r/0000"), utf8("r/a"), utf8("r/b"), utf8("r/c"), utf8("r/gone"));
        fixture.commit(fixture.retained("r/b", "new"), new RetainedExpiry(seen));
        assertThat(fixture.texts(Table.RETAINED)).containsExactly("r/0000", "r/b", "r/c");
    }

    @Test
    @DisplayName("S46 a/# owes the parent a too; an exact filter owes one topic and no longer one")
    void slice_bounds_parentAndExact() {
        for (String topic : List.of("q/z", "r", "r-", "r-/a", "r/", "r/a", "r0", "r/a/b", "ra")) {
            fixture.commit(fixture.retained(topic, "1"));
        }
        subscribe("r/#");
        assertThat(topics(fixture.commit(Slice.durable()))).containsExactly("r", "r/", "r/a", "r/a/b");
        subscribe("r/a");
        assertThat(topics(fixture.commit(new Slice("r/a", true, new byte[0], 0))))
                .containsExactly("r/a");
    }

    @Test
    @DisplayName("a/# does not walk through the neighbours of a that only begin with the same letters")
    void slice_manyNeighbours_notLookedAt() {
        HandOver handOver = new HandOver(0);
        for (int i = 0; i < 2_500; i++) {
            handOver.addUrgent(fixture.retained("r-" + i, "1"), 0);
        }
        fixture.commit(handOver);
        fixture.commit(fixture.retained("r", "1"), fixture.retained("r/a", "1"));
        subscribe("r/#");
        Slice slice = Slice.durable();
        assertThat(topics(fixture.commit(slice))).containsExactly("r", "r/a");
        assertThat(slice.more()).isFalse();
    }

    @Test
    @DisplayName("a damaged retained row is left out, and the rest is delivered")
    void slice_damagedRow_leftOut() {
        retain(3);
        subscribe("r/#");
        fixture.store.damage(Table.RETAINED, Keys.text(utf8("r/0001")));
        assertThat(topics(fixture.commit(Slice.durable()))).containsExactly("r/0000", "r/0002");
    }

    @Test
    @DisplayName("a subscription that is gone, or ends in the same group, is owed nothing and gets no row back")
    void slice_subscriptionGone_noRow() {
        retain(2);
        subscribe("r/#");
        fixture.commit(Slice.durable(), new SubscriptionOps.Unsubscribe(ONE, "r/#", utf8("r/#")));
        assertThat(fixture.store.rowCount(Table.SUBSCRIPTION)).isZero();
        assertThat(topics(fixture.commit(Slice.durable()))).isEmpty();
        assertThat(fixture.store.rowCount(Table.SUBSCRIPTION)).isZero();
    }
}
