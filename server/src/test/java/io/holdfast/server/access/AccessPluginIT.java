// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import static io.holdfast.server.testkit.Passwords.connect;
import static io.holdfast.server.testkit.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.PlantedPlugin;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A part of access control of somebody else, beside the broker's own. */
class AccessPluginIT {
    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "T28 T30 a plug-in knows users and groups of its own, and what it denies is denied, what rules deny too")
    void plugin_besideFiles_bothCount() throws IOException, ConfigurationException {
        Path rules = folder.resolve(PlantedPlugin.NAME);
        Files.writeString(rules, "allow group guests all guests/#\nallow all all hidden/#\n");
        Path passwords = Passwords.write(folder.resolve("passwords"), "ada");
        try (RunningBroker broker = RunningBroker.start(
                        folder.resolve("data"), "access.rules-file=" + rules, "access.password-file=" + passwords);
                WireClient guest = broker.open5();
                WireClient ada = Passwords.connected(broker, "ada", "ada")) {
            assertThat(guest.connect(connect(ProtocolVersion.MQTT_5, "g", true, null, PlantedPlugin.USER, "sesame"))
                            .reasonCode())
                    .isEqualTo(ReasonCode.SUCCESS);
            assertThat(guest.subscribe("guests/#", QoS.EXACTLY_ONCE).reasonCodes())
                    .containsExactly(ReasonCode.GRANTED_QOS_1);
            assertThat(guest.subscribe("hidden/#", QoS.EXACTLY_ONCE).reasonCodes())
                    .containsExactly(ReasonCode.NOT_AUTHORIZED);
            assertThat(ada.subscribe("guests/#", QoS.EXACTLY_ONCE).reasonCodes())
                    .containsExactly(ReasonCode.NOT_AUTHORIZED);
            for (String topic : new String[] {"guests/1", "hidden/1", "other"}) {
                guest.send(publish(topic, "x", QoS.AT_LEAST_ONCE, 1));
                Packet packet = guest.next();
                while (packet instanceof Publish) {
                    packet = guest.next(); // Its own message, which may come first.
                }
                ReasonCode code = ((PubAck) packet).reasonCode();
                assertThat(code.isFailure()).as(topic).isEqualTo(!topic.startsWith("guests"));
            }
        }
        try (RunningBroker broker = RunningBroker.start(
                        folder.resolve("data"), "access.rules-file=" + rules, "access.password-file=" + passwords);
                WireClient wrong = broker.open5()) {
            assertThat(wrong.connect(connect(ProtocolVersion.MQTT_5, "g", true, null, PlantedPlugin.USER, "x"))
                            .reasonCode())
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }
}
