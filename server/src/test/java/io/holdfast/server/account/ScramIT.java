// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import static io.holdfast.server.testkit.WireClient.connect5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.ScramClient;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SCRAM-SHA-256 over AUTH packets. */
class ScramIT {
    @TempDir
    private Path folder;

    private static PropertiesBuilder with(byte[] data) {
        return Properties.builder().authenticationMethod(ScramMethod.NAME).authenticationData(data);
    }

    @Test
    @DisplayName(
            "[MQTT5-4.12.0-5] T32 a SCRAM account opens a session and is its owner, again on the living connection, until it is gone")
    void scram_account_wholeLife() throws IOException, ConfigurationException {
        Path file = folder.resolve("passwords");
        AccountEditor editor = new AccountEditor(file);
        editor.putScram("ada", "love".getBytes(UTF_8), Set.of(), 4_096);
        editor.put("bob", "build".getBytes(UTF_8), Set.of(), 1_000);
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), "access.password-file=" + file);
                WireClient client = broker.open5()) {
            ScramClient ada = new ScramClient("ada", "love");
            client.send(connect5(
                    "c",
                    false,
                    with(ada.first()).sessionExpiryIntervalSeconds(60).build()));
            byte[] challenge = client.expect(Auth.class).properties().authenticationData();
            client.send(new Auth(
                    ReasonCode.CONTINUE_AUTHENTICATION,
                    with(ada.proof(challenge)).build()));
            ConnAck accepted = client.expect(ConnAck.class);
            assertThat(accepted.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(ada.believes(accepted.properties().authenticationData())).isTrue();

            ScramClient again = new ScramClient("ada", "love");
            client.send(new Auth(ReasonCode.RE_AUTHENTICATE, with(again.first()).build()));
            byte[] next = client.expect(Auth.class).properties().authenticationData();
            client.send(new Auth(
                    ReasonCode.CONTINUE_AUTHENTICATION, with(again.proof(next)).build()));
            assertThat(client.expect(Auth.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);

            editor.remove("ada");
            broker.broker().reloadAccess();
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            try (WireClient late = broker.open5()) {
                ScramClient gone = new ScramClient("ada", "love");
                late.send(connect5("c", false, with(gone.first()).build()));
                byte[] last = late.expect(Auth.class).properties().authenticationData();
                late.send(new Auth(
                        ReasonCode.CONTINUE_AUTHENTICATION,
                        with(gone.proof(last)).build()));
                assertThat(late.expect(ConnAck.class).reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
        }
    }
}
