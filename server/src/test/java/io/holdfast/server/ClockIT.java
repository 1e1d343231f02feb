// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static io.holdfast.server.testkit.WireClient.connect5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A broker whose system clock is set, as nothing of a session may notice. */
class ClockIT {
    private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();

    @TempDir
    private Path folder;

    private final AtomicLong shiftMillis = new AtomicLong();
    private final Logger log = (Logger) LoggerFactory.getLogger(MonotonicTime.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private Broker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        lines.start();
        log.addAppender(lines);
        open();
    }

    private void open() throws IOException, ConfigurationException {
        BrokerConfig config = new ConfigReader()
                .set("store.folder", folder.toString(), "test")
                .set("listeners.tcp.port=0")
                .read();
        broker = Broker.start(
                config, UnaryOperator.identity(), List.of(), () -> System.currentTimeMillis() + shiftMillis.get());
    }

    @AfterEach
    void stop() {
        broker.close();
        log.detachAppender(lines);
    }

    private WireClient client() throws IOException {
        return new WireClient(broker.addresses().get(0).getPort(), ProtocolVersion.MQTT_5);
    }

    private boolean connect(WireClient client, String id, long expirySeconds) throws IOException {
        Properties properties =
                Properties.builder().sessionExpiryIntervalSeconds(expirySeconds).build();
        return client.connect(connect5(id, false, properties)).sessionPresent();
    }

    private static void leave(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
    }

    private void session(String id, long expirySeconds) throws IOException {
        try (WireClient client = client()) {
            assertThat(connect(client, id, expirySeconds)).isFalse();
            client.subscribe(id, QoS.AT_LEAST_ONCE);
            leave(client);
        }
    }

    private void publish(String topic, long expirySeconds) throws IOException {
        try (WireClient client = client()) {
            client.connect("publisher", true);
            Properties expiry = Properties.builder()
                    .messageExpiryIntervalSeconds(expirySeconds)
                    .build();
            client.send(new Publish(1, QoS.AT_LEAST_ONCE, false, false, TopicName.of(topic), new byte[] {'x'}, expiry));
            client.expect(PubAck.class);
        }
    }

    private void waitSeconds(int seconds) {
        long since = System.nanoTime();
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        System.nanoTime() - since > Duration.ofSeconds(seconds).toNanos());
    }

    private List<String> warnings() {
        return List.copyOf(lines.list).stream()
                .filter(line -> line.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    @DisplayName("T45 a clock that jumps a year ahead and comes back expires no session and no message; logged once")
    void clock_yearAheadAndBack_nothingExpires() throws IOException {
        session("kept", 600);
        session("late", 4);
        publish("kept", 300);
        shiftMillis.set(YEAR_MILLIS);
        waitSeconds(3);
        await().untilAsserted(
                        () -> assertThat(warnings()).singleElement().asString().contains("jumped ahead, by 365 days"));
        shiftMillis.set(0);
        waitSeconds(3);
        try (WireClient client = client()) {
            assertThat(connect(client, "late", 4)).as("own time goes on").isFalse();
        }
        try (WireClient client = client()) {
            assertThat(connect(client, "kept", 600)).isTrue();
            Publish publish = client.expect(Publish.class);
            assertThat(publish.properties().messageExpiryIntervalSeconds()).isBetween(100L, 297L);
        }
        assertThat(warnings()).hasSize(1);
    }

    @Test
    @DisplayName("T45 C34 a clock that jumps back a day expires nothing early and nothing late, over a restart too")
    void clock_dayBack_nothingChanges() throws IOException, ConfigurationException {
        session("kept", 600);
        session("late", 5);
        shiftMillis.set(-Duration.ofDays(1).toMillis());
        waitSeconds(2);
        await().untilAsserted(
                        () -> assertThat(warnings()).singleElement().asString().contains("24 hours behind"));
        broker.close();
        open();
        try (WireClient client = client()) {
            assertThat(connect(client, "kept", 600)).isTrue();
            leave(client);
        }
        waitSeconds(5);
        try (WireClient client = client()) {
            assertThat(connect(client, "late", 600)).isFalse();
        }
        try (WireClient client = client()) {
            assertThat(connect(client, "kept", 600)).isTrue();
        }
    }
}
