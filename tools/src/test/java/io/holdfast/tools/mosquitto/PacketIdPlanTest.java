// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.log.IndexSpace;
import io.holdfast.tools.mosquitto.Records.ClientMessage;
import io.holdfast.tools.mosquitto.Records.Name;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PacketIdPlanTest {
    private static final int WAIT_FOR_PUBREC = 5;

    private static PacketIdPlan plan(int... packetIds) {
        List<ClientMessage> owed = new ArrayList<>();
        for (int packetId : packetIds) {
            int state = packetId == 0 ? Records.QUEUED : WAIT_FOR_PUBREC;
            owed.add(new ClientMessage(
                    new Name(new byte[] {'c'}), 1, packetId, 2, state, false, Records.OUT, new byte[0]));
        }
        return PacketIdPlan.of(owed, IndexSpace.STANDARD);
    }

    @Test
    @DisplayName(
            "a message that was sent stands where its index implies its identifier, also over the end of the numbers")
    void of_sent_keepsIdentifiers() {
        PacketIdPlan plan = plan(65_534, 65_535, 1, 4, 0, 0);
        assertThat(plan.isKept()).isTrue();
        assertThat(plan.first()).isEqualTo(65_533);
        assertThat(plan.indexes()).containsExactly(65_533L, 65_534L, 65_535L, 65_538L, 65_539L, 65_540L);
        assertThat(plan.sentThrough()).isEqualTo(65_539);
        assertThat(plan.indexes().subList(0, 4))
                .extracting(IndexSpace.STANDARD::packetId)
                .containsExactly(65_534, 65_535, 1, 4);
    }

    @Test
    @DisplayName("identifiers that go back cannot all be kept: said, and bounded")
    void of_backwards_saidAndBounded() {
        PacketIdPlan plan = plan(500, 499, 498);
        assertThat(plan.isKept()).isFalse();
        assertThat(plan.indexes()).containsExactly(499L, 500L, 501L);
        assertThat(plan(0, 0).indexes()).containsExactly(0L, 1L);
        assertThat(plan().sentThrough()).isZero();
    }
}
