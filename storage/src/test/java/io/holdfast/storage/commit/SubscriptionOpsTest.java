// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static io.holdfast.storage.commit.CommitFixture.handOver;
import static io.holdfast.storage.commit.CommitFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.commit.SubscriptionOps.Owed;
import io.holdfast.storage.commit.SubscriptionOps.Subscribe;
import io.holdfast.storage.commit.SubscriptionOps.Unsubscribe;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.TopicStub;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SubscriptionOpsTest {
    private static final long ONE = 257;
    private static final long TWO = 513;

    private final CommitFixture fixture = new CommitFixture();

    private static Subscribe subscribe(long number, String filter) {
        return new Subscribe(number, filter, utf8(filter), 1, 0, true, Owed.NOTHING);
    }

    private static Unsubscribe unsubscribe(long number, String filter) {
        return new Unsubscribe(number, filter, utf8(filter));
    }

    private static EndOp end(long number, long... claims) {
        return new EndOp(
                number,
                utf8("client"),
                claims,
                new long[] {0, 256},
                List.of(Keys.timer(0, number, Keys.TimerKind.CONNECTED)),
                filter -> new String(filter, StandardCharsets.UTF_8));
    }

    private boolean isSubscribed(long number, String filter) {
        return fixture.store.get(Table.SUBSCRIPTION, Keys.subscription(number, utf8(filter))) != null;
    }

    @Test
    @DisplayName("S04 SUBSCRIBE leaves a topic stub; S05 a second subscriber adds none, and it outlives both")
    void subscribe_twice_oneStubThatStays() throws InvalidProtocolBufferException {
        fixture.commit(subscribe(ONE, "a/+"));
        assertThat(fixture.texts(Table.TOPIC)).containsExactly("a/+");
        fixture.now += 120_000;
        fixture.commit(subscribe(TWO, "a/+"));
        assertThat(fixture.texts(Table.TOPIC)).containsExactly("a/+");
        byte[] record = fixture.record(Table.TOPIC, Keys.text(utf8("a/+")));
        TopicStub stub = TopicStub.parseFrom(record);
        assertThat(stub.getFirstSeenMillis()).isEqualTo(1_000_000);
        assertThat(stub.getLastUsedMillis()).isEqualTo(1_120_000);
        assertThat(record).isEqualTo(stub.toByteArray());
        fixture.commit(unsubscribe(ONE, "a/+"), end(TWO));
        fixture.crash(0);
        assertThat(isSubscribed(ONE, "a/+")).isFalse();
        assertThat(fixture.texts(Table.TOPIC)).containsExactly("a/+");
    }

    @Test
    @DisplayName("a stub that was used a moment ago is not written again; a damaged one is made anew")
    void subscribe_freshOrDamagedStub_asNeeded() throws InvalidProtocolBufferException {
        fixture.commit(subscribe(ONE, "t"));
        fixture.now += 59_000;
        fixture.commit(subscribe(TWO, "t"));
        byte[] key = Keys.text(utf8("t"));
        assertThat(TopicStub.parseFrom(fixture.record(Table.TOPIC, key)).getLastUsedMillis())
                .isEqualTo(1_000_000);
        fixture.store.damage(Table.TOPIC, key);
        fixture.store.damage(Table.SUBSCRIPTION, Keys.subscription(ONE, utf8("t")));
        fixture.commit(subscribe(ONE, "t"));
        assertThat(TopicStub.parseFrom(fixture.record(Table.TOPIC, key)).getFirstSeenMillis())
                .isEqualTo(1_059_000);
        assertThat(isSubscribed(ONE, "t")).isTrue();
    }

    @Test
    @DisplayName("C13 the row is protobuf's SubscriptionRecord and says what is owed: all values before this place")
    void subscribe_owed_goldenRow() {
        Subscribe op = new Subscribe(ONE, "f", utf8("f"), 2, 77, true, Owed.ALWAYS);
        fixture.commit(fixture.message("x", "1", TWO), op, fixture.message("x", "2", TWO));
        assertThat(op.owedBelow()).isEqualTo(2);
        byte[] golden = SubscriptionRecord.newBuilder()
                .setOptions(2)
                .setIdentifier(77)
                .setOwed(true)
                .setOwedBelow(2)
                .build()
                .toByteArray();
        assertThat(fixture.record(Table.SUBSCRIPTION, Keys.subscription(ONE, utf8("f"))))
                .isEqualTo(golden);
        assertThat(SubscriptionOps.row(1, 0, true, utf8("after"), 9))
                .isEqualTo(SubscriptionRecord.newBuilder()
                        .setOptions(1)
                        .setOwed(true)
                        .setOwedAfter(ByteString.copyFromUtf8("after"))
                        .setOwedBelow(9)
                        .build()
                        .toByteArray());
        assertThat(SubscriptionOps.row(1, 0, false, utf8("after"), 9))
                .isEqualTo(SubscriptionRecord.newBuilder().setOptions(1).build().toByteArray());
    }

    @Test
    @DisplayName("retain handling: owed always, when the subscription is new, or never")
    void isOwed_eachHandling_asAsked() {
        fixture.commit(subscribe(ONE, "old"));
        for (Owed owed : Owed.values()) {
            Subscribe again = new Subscribe(ONE, "old", utf8("old"), 1, 0, true, owed);
            Subscribe anew = new Subscribe(ONE, "new" + owed, utf8("new" + owed), 1, 0, true, owed);
            fixture.commit(again, anew);
            assertThat(again.isOwed()).isEqualTo(owed == Owed.ALWAYS);
            assertThat(anew.isOwed()).isEqualTo(owed != Owed.NOTHING);
        }
    }

    @Test
    @DisplayName("C12 existed is judged in ticket order, also within one group, and changes are listed in it")
    void existed_withinGroup_inOrder() {
        Subscribe first = subscribe(ONE, "f");
        Subscribe second = subscribe(ONE, "f");
        Unsubscribe gone = unsubscribe(ONE, "f");
        Unsubscribe nothing = unsubscribe(ONE, "f");
        Subscribe back = subscribe(ONE, "f");
        Group group = fixture.commit(first, second, gone, nothing, back);
        assertThat(List.of(first.existed(), second.existed(), gone.existed(), nothing.existed(), back.existed()))
                .containsExactly(false, true, true, false, false);
        assertThat(group.changes())
                .extracting(SubscriptionChange::added)
                .containsExactly(true, true, false, false, true);
        assertThat(isSubscribed(ONE, "f")).isTrue();
    }

    @Test
    @DisplayName("a session without rows leaves a stub and a change, but no subscription row")
    void subscribe_volatileSession_noRow() {
        Group group = fixture.commit(new Subscribe(ONE, "v", utf8("v"), 1, 0, false, Owed.NOTHING));
        assertThat(isSubscribed(ONE, "v")).isFalse();
        assertThat(fixture.texts(Table.TOPIC)).containsExactly("v");
        assertThat(group.changes()).hasSize(1);
        Group ended = fixture.commit(new EndOp.Volatile(ONE, List.copyOf(group.changes()), true));
        assertThat(ended.changes()).hasSize(1);
    }

    @Test
    @DisplayName("S18 the end of a session takes all its rows in one batch, and no other session's")
    void end_session_allRowsGone() {
        for (long number : new long[] {ONE, TWO}) {
            fixture.commit(
                    new RowOps.Put(Table.SESSION, Keys.number(number), new byte[0]),
                    new RowOps.Put(Table.WILL, Keys.number(number), new byte[0]),
                    new RowOps.Put(Table.QUEUE, Keys.queue(number, 256), new byte[0]),
                    new RowOps.Put(Table.TIMER, Keys.timer(0, number, Keys.TimerKind.CONNECTED), new byte[0]),
                    new RowOps.Window(number, new byte[0]),
                    subscribe(number, "s/#"));
        }
        fixture.commit(new RowOps.Put(Table.CLIENT, Keys.text(utf8("client")), new byte[0]));
        fixture.commit(fixture.message("s", "1", ONE, TWO));
        Group group = fixture.commit(subscribe(ONE, "late"), end(ONE, 1), subscribe(ONE, "too/late"));
        assertThat(fixture.numbers(Table.SESSION)).containsExactly(TWO);
        assertThat(fixture.numbers(Table.INFLIGHT)).containsExactly(TWO);
        assertThat(fixture.numbers(Table.WILL)).containsExactly(TWO);
        assertThat(fixture.store.rowCount(Table.QUEUE)).isEqualTo(1);
        assertThat(fixture.store.rowCount(Table.TIMER)).isEqualTo(1);
        assertThat(fixture.store.rowCount(Table.SUBSCRIPTION)).isEqualTo(1);
        assertThat(fixture.texts(Table.CLIENT)).isEmpty();
        assertThat(fixture.logAt(group.position()).getEndedList()).containsExactly(ONE);
        assertThat(group.changes())
                .filteredOn(change -> !change.added())
                .extracting(SubscriptionChange::filter)
                .containsExactlyInAnyOrder("s/#", "late");
        assertThat(fixture.counters()).as("one claim of two is left").containsExactly("0=1");
    }

    @Test
    @DisplayName("C25 a client identifier that belongs to another session by now stays")
    void end_clientIdTakenOver_rowStays() {
        fixture.commit(new RowOps.Put(Table.CLIENT, Keys.text(utf8("client")), new byte[0]));
        fixture.commit(handOver(new EndOp(ONE, null, new long[0], new long[0], List.of(), filter -> "")));
        assertThat(fixture.texts(Table.CLIENT)).containsExactly("client");
    }
}
