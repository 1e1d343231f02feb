// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.history.Payload;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Controls of the kill test's rules for MQTT 5: what a broken broker would deliver is reported. */
final class ExtrasTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final String ID = "pub1-v5-7";
    private static final List<String> FILTERS = List.of("t/#", "x/+");

    private static String judged(String topic, boolean dup, WireProperties properties, long atMillis) {
        byte[] bytes = PacketBytes.publish5(topic, Payload.bytes(ID, 3), 1, false, 9, dup, properties);
        return Extras.judge(WirePacket.of(bytes), FILTERS, atMillis).orElse("");
    }

    private static WireProperties sound(String topic) {
        return Extras.of(topic, ID, NOW).number(WireProperties.SUBSCRIPTION_ID, topic.startsWith("t/") ? 1 : 2);
    }

    @Test
    @DisplayName("what was published is fine, also when it is sent again late")
    void judge_sound_nothing() {
        assertThat(judged("t/1", false, sound("t/1"), NOW + 50_000)).isEmpty();
        assertThat(judged("x/1", false, sound("x/1"), NOW + 2_000)).isEmpty();
        assertThat(judged("x/1", true, sound("x/1"), NOW + 90_000)).isEmpty();
    }

    @Test
    @DisplayName("control: lost, changed or reordered properties, a raised expiry and a wrong identifier are reported")
    void judge_changed_reported() {
        WireProperties foreign = Extras.of("t/1", "pub1-v5-8", NOW).number(WireProperties.SUBSCRIPTION_ID, 1);
        assertThat(judged("t/1", false, foreign, NOW)).contains("user properties");
        assertThat(judged("t/1", false, WireProperties.none(), NOW)).contains("identifier");
        WireProperties only = WireProperties.none().number(WireProperties.SUBSCRIPTION_ID, 1);
        assertThat(judged("t/1", false, only, NOW)).contains("user properties");
        assertThat(judged("t/1", false, sound("t/1").number(WireProperties.SUBSCRIPTION_ID, 2), NOW))
                .contains("subscription identifier 2");
        assertThat(judged("x/1", false, sound("t/1"), NOW)).contains("subscription identifier 1");
        WireProperties raised = Extras.of("t/1", ID, NOW).number(WireProperties.SUBSCRIPTION_ID, 2);
        assertThat(judged("x/1", false, raised, NOW)).contains("message expiry");
    }

    @Test
    @DisplayName("control: the first delivery of a message that expired long ago is reported")
    void judge_expired_reported() {
        assertThat(judged("x/1", false, sound("x/1"), NOW + 50_000)).contains("after its expiry");
    }
}
