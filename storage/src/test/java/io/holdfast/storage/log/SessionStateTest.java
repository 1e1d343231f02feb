// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SessionStateTest {
    private static final int STEPS = 400;

    private final SessionState state = new SessionState(257, IndexSpace.STANDARD);

    @Seeded(runs = 60)
    @DisplayName("random histories: a session agrees with the naive model after every step")
    void anyHistory_againstModel_agrees(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SessionModel model = new SessionModel();
        long messageId = 0;
        for (int step = 0; step < STEPS; step++) {
            long some = model.next == 0 ? 0 : random.nextLong(model.next);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    int[] identifiers = random.nextInt(4) == 0 ? new int[] {random.nextInt(1, 99)} : null;
                    long delivery = Delivery.of(++messageId, random.nextInt(3));
                    assertThat(state.append(delivery, 10, identifiers)).isEqualTo(model.next);
                    model.append(delivery, identifiers);
                }
                case 3 -> {
                    if (model.next > 0) {
                        state.settle(some);
                        model.settle(some);
                    }
                }
                case 4 -> {
                    long oldest = model.oldest();
                    if (oldest < model.next) {
                        state.settle(oldest);
                        model.settle(oldest);
                    }
                }
                case 5 -> {
                    if (model.next > 0) {
                        state.release(some);
                        model.release(some);
                    }
                }
                case 6 -> {
                    int packetId = random.nextInt(1, 12);
                    assertThat(state.addInbound(packetId)).isEqualTo(model.inbound.add(packetId));
                }
                default -> {
                    int packetId = random.nextInt(1, 12);
                    assertThat(state.holdsInbound(packetId)).isEqualTo(model.inbound.contains(packetId));
                    assertThat(state.removeInbound(packetId)).isEqualTo(model.inbound.remove(packetId));
                }
            }
            assertThat(SessionModel.tell(state, Map.of())).isEqualTo(model.toString());
            assertThat(state.acknowledged()).isEqualTo(model.oldest());
            assertThat(state.unsettledCount()).isEqualTo(model.unsettled.size());
            assertThat(state.entriesInMemory()).isEqualTo(model.unsettled.size());
            assertThat(state.releasedCount()).isEqualTo(model.released.size());
            assertThat(state.inboundCount()).isEqualTo(model.inbound.size());
        }
    }

    @Seeded(runs = 40)
    @DisplayName("C01 events applied once more over a state that holds them change nothing")
    void applyEvents_twice_sameState(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int messages = random.nextInt(1, 60);
        for (int i = 0; i < messages; i++) {
            state.append(Delivery.of(i + 1, 2), 10, null);
        }
        List<Runnable> events = new ArrayList<>();
        for (int n = 0; n < 40; n++) {
            EventKind kind = EventKind.values()[random.nextInt(EventKind.values().length)];
            boolean packetId = kind == EventKind.INBOUND_ADDED || kind == EventKind.INBOUND_RELEASED;
            // Each inbound identifier and each index has one event at most in a group (C20).
            long index = packetId ? n + 1 : random.nextInt(messages);
            events.add(() -> kind.apply(state, index));
        }
        events.forEach(Runnable::run);
        String once = SessionModel.tell(state, Map.of());
        long bytes = state.queuedBytes();
        events.forEach(Runnable::run);
        assertThat(SessionModel.tell(state, Map.of())).isEqualTo(once);
        assertThat(state.queuedBytes()).isEqualTo(bytes);
    }

    @Test
    @DisplayName("a released index stays released until it is settled, and is gone with that")
    void release_thenSettle_onlyForward() {
        state.append(Delivery.of(1, 2), 10, null);
        state.release(0);
        assertThat(state.isReleased(0)).isTrue();
        state.settle(0);
        state.release(0);
        assertThat(state.isReleased(0)).isFalse();
        assertThat(state.releasedCount()).isZero();
    }

    @Test
    @DisplayName("queued bytes come down to nothing with the last message, and never below")
    void queuedBytes_allSettled_zero() {
        for (int i = 0; i < 7; i++) {
            state.append(Delivery.of(i + 1, 1), 10 + i * i, null);
        }
        long before = state.queuedBytes();
        assertThat(before).isEqualTo(70 + 91);
        for (long i = 6; i >= 0; i--) {
            state.settle(i);
            assertThat(state.queuedBytes()).isBetween(0L, before);
            before = state.queuedBytes();
        }
        assertThat(before).isZero();
    }

    @Test
    @DisplayName("C04 what a fragment holds is put back once, and not over what is settled or beyond the end")
    void restore_settledOrKnown_ignored() {
        state.append(Delivery.of(11, 1), 10, null);
        state.append(Delivery.of(12, 1), 10, new int[] {4});
        state.settle(0);
        state.restore(0, Delivery.of(11, 1), null);
        state.restore(1, Delivery.of(99, 1), null);
        state.restore(2, Delivery.of(13, 1), null);
        assertThat(state.delivery(0)).isEqualTo(Delivery.NONE);
        assertThat(state.delivery(1)).isEqualTo(Delivery.of(12, 1));
        assertThat(state.delivery(2)).isEqualTo(Delivery.NONE);
        state.forget(1);
        assertThat(state.delivery(1)).isEqualTo(Delivery.NONE);
        assertThat(state.identifiers(1)).isNull();
        assertThat(state.isSettled(1)).isFalse();
        state.restore(1, Delivery.of(12, 1), new int[] {4});
        assertThat(state.identifiers(1)).containsExactly(4);
    }

    @Test
    @DisplayName("C06 message id and flags share a long without touching each other")
    void delivery_largeIdAllFlags_unpacked() {
        int flags = 2 | Delivery.RETAIN | Delivery.GROUP | Delivery.IDENTIFIERS;
        long delivery = Delivery.of((1L << 55) - 3, flags);
        assertThat(Delivery.messageId(delivery)).isEqualTo((1L << 55) - 3);
        assertThat(Delivery.flags(delivery)).isEqualTo(flags);
        assertThat(Delivery.qos(delivery)).isEqualTo(2);
    }
}
