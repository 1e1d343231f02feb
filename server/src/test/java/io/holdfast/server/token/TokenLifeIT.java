// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.token;

import static io.holdfast.server.testkit.Passwords.connect;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A token ends, and with it what it was good for. */
class TokenLifeIT {
    /** A token counts for a minute after its end, as clocks may differ. */
    private static final int CLOCKS_APART_SECONDS = 60;

    private static final int LEFT_SECONDS = 4;
    private static final int HOUR_SECONDS = 3_600;

    @TempDir
    private Path folder;

    private ECKey key;
    private RunningBroker broker;
    private LogLines log;

    @BeforeEach
    void start() throws Exception {
        key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, new JWKSet(key.toPublicJWK()).toString());
        log = new LogLines("holdfast");
        broker = RunningBroker.start(folder.resolve("data"), "access.jwks-file=" + keys);
    }

    @AfterEach
    void stop() {
        broker.close();
        log.close();
    }

    private String token(String user, long fromNowSeconds) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(),
                new JWTClaimsSet.Builder()
                        .subject(user)
                        .claim("exp", Instant.now().getEpochSecond() + fromNowSeconds)
                        .build());
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private WireClient open(ProtocolVersion version) throws IOException {
        return new WireClient(broker.port(), version);
    }

    private ConnAck come(WireClient client, ProtocolVersion version, String token, @Nullable Will will)
            throws IOException {
        Connect connect = connect(version, "ada-1", false, will, "ada", token);
        return client.connect(connect);
    }

    /** Comes with a token and stays until it ends; the token. */
    private String comeAndExpire(ProtocolVersion version) throws Exception {
        while (true) { // Again when it has ended before it was shown, on a machine that does much else.
            try (WireClient ada = open(version)) {
                String brief = token("ada", LEFT_SECONDS - CLOCKS_APART_SECONDS);
                if (!come(ada, version, brief, WireClient.will("w/ada", "will"))
                        .reasonCode()
                        .isFailure()) {
                    if (version == ProtocolVersion.MQTT_5) {
                        assertThat(ada.expect(Disconnect.class).reasonCode())
                                .isEqualTo(ReasonCode.MAXIMUM_CONNECT_TIME);
                    }
                    assertThat(ada.isClosedNext()).isTrue();
                    return brief;
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "T32 a connection ends when the token it came with does: MQTT 5 is told 0xA0, the log says why, the will "
                    + "is published, the session waits for a new token")
    void token_expires_connectionEnds(ProtocolVersion version) throws Exception {
        try (WireClient watcher = open(ProtocolVersion.MQTT_5)) {
            watcher.connect(connect(ProtocolVersion.MQTT_5, "watcher", true, null, null, token("bob", HOUR_SECONDS)));
            watcher.subscribe("w/ada", QoS.AT_LEAST_ONCE);
            String brief = comeAndExpire(version);
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will");
            log.await("Client 'ada-1' disconnected from [0-9.]+:[0-9]+: the login has expired.*");
            try (WireClient late = open(version)) {
                assertThat(come(late, version, brief, null).reasonCode())
                        .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            try (WireClient again = open(version)) {
                assertThat(come(again, version, token("ada", HOUR_SECONDS), null)
                                .sessionPresent())
                        .isTrue();
                again.send(PingReq.INSTANCE);
                again.expect(PingResp.class);
            }
            assertThat(broker.broker().counters().sum(BrokerCounter.LOGINS_EXPIRED))
                    .as("the watcher's token lasts")
                    .isEqualTo(1);
        }
    }
}
