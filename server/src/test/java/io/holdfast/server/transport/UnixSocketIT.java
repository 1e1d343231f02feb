// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.UnixSocket;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Clients that come by a Unix-domain socket. */
@Timeout(180)
class UnixSocketIT {
    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve("s");
    }

    private RunningBroker start(String... settings) throws Exception {
        String[] all = Stream.concat(
                        Stream.of("listeners.local.type=unix", "listeners.local.path=" + path()), Stream.of(settings))
                .toArray(String[]::new);
        return RunningBroker.start(folder.resolve("data"), all);
    }

    private WireClient open() throws IOException {
        return new WireClient(new UnixSocket(path()), ProtocolVersion.MQTT_3_1_1);
    }

    /** Closes a socket without taking its file away, as a process that is killed does. */
    private void leaveStale() throws IOException {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(path()));
        }
        assertThat(path()).exists();
    }

    private List<String> leftInFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    @DisplayName(
            "a client by the socket shares sessions and messages with those by TCP, and may keep its session like one on loopback")
    void client_byPath_servedLikeLoopback() throws Exception {
        try (RunningBroker broker = start();
                WireClient there = broker.connect("there", true)) {
            for (int visit = 0; visit < 2; visit++) {
                try (WireClient here = open()) {
                    assertThat(here.connect("here", false).sessionPresent()).isEqualTo(visit == 1);
                    here.subscribe("a", QoS.EXACTLY_ONCE);
                    there.send(WireClient.publish("a", "x" + visit, QoS.EXACTLY_ONCE, 1));
                    there.expect(PubRec.class);
                    there.send(new PubRel(1));
                    there.expect(PubComp.class);
                    Publish publish = here.expect(Publish.class);
                    assertThat(WireClient.text(publish)).isEqualTo("x" + visit);
                    here.send(new PubRec(publish.packetId()));
                    here.expect(PubRel.class);
                    here.send(new PubComp(publish.packetId()), Disconnect.NORMAL);
                    assertThat(here.isClosedNext()).isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName(
            "in the log and in the list of listeners a client is told by the path, and the listener's limit counts")
    void client_byPath_namedAndCounted() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger("holdfast.connection");
        Level before = log.getLevel();
        log.setLevel(Level.INFO);
        log.addAppender(lines);
        try (RunningBroker broker = start("listeners.local.connections-max=1");
                WireClient only = open()) {
            only.connect("only", true);
            await().until(() -> List.copyOf(lines.list).stream()
                    .anyMatch(line -> line.getFormattedMessage().contains("from unix:" + path())));
            Listener listener = broker.broker().listeners().get(1);
            assertThat(listener.places()).containsExactly("unix:" + path());
            assertThat(listener.addresses()).isEmpty();
            assertThat(listener.openConnections()).isEqualTo(1);
            try (WireClient tooMany = open()) {
                assertThat(tooMany.isClosedNext()).isTrue();
            }
            only.send(PingReq.INSTANCE);
            only.expect(PingResp.class);
        } finally {
            log.detachAppender(lines);
            log.setLevel(before);
        }
    }

    @Test
    @DisplayName("the socket has its rights, a clean stop takes it away, what a killed broker has left is replaced")
    void path_overLife_madeAndTakenAway() throws Exception {
        leaveStale();
        try (RunningBroker broker = start("listeners.local.mode=0600");
                WireClient client = open()) {
            client.connect("c", true);
            assertThat(broker.broker().openConnections()).isEqualTo(1);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                    .isEqualTo("rw-------");
            assertThat(leftInFolder()).containsExactly("data", "s");
        }
        assertThat(leftInFolder()).containsExactly("data");
    }

    @Test
    @DisplayName("T25 connections by the socket beyond the rate wait too, and nobody is refused")
    void accept_beyondRate_waits() throws Exception {
        int rate = 20;
        List<WireClient> storm = new ArrayList<>();
        try (RunningBroker broker = start("connections-per-second-max=" + rate)) {
            for (int i = 0; i < 2 * rate; i++) {
                WireClient client = open();
                storm.add(client);
                client.send(WireClient.connectPacket("storm-" + i, true, null));
            }
            for (WireClient client : storm) {
                assertThat(client.expect(ConnAck.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            }
            assertThat(broker.broker().counters().sum(BrokerCounter.ACCEPTING_PAUSED))
                    .isPositive();
            assertThat(broker.broker().counters().sum(BrokerCounter.CONNECTIONS_REFUSED))
                    .isZero();
        } finally {
            for (WireClient client : storm) {
                client.close();
            }
        }
    }

    @Test
    @DisplayName("a clean stop leaves a file alone that somebody else has put there")
    void path_replacedByOthers_leftAlone() throws Exception {
        try (RunningBroker broker = start()) {
            assertThat(broker.broker().listeners()).hasSize(2);
            Files.delete(path());
            Files.writeString(path(), "mine");
        }
        assertThat(path()).hasContent("mine");
    }

    @Test
    @DisplayName(
            "a socket at which somebody answers, a file that is none, and a folder that is missing are refused and left alone")
    void path_taken_refused() throws Exception {
        try (RunningBroker broker = start()) {
            assertThat(broker.broker().listeners()).hasSize(2);
            assertThatThrownBy(() -> RunningBroker.start(
                            folder.resolve("other"), "listeners.b.type=unix", "listeners.b.path=" + path()))
                    .isInstanceOf(ListenException.class)
                    .hasMessage("cannot listen on unix:" + path() + ": already in use")
                    .extracting(e -> ((ListenException) e).settings())
                    .isEqualTo("listeners.b.path");
            try (WireClient client = open()) {
                client.connect("c", true);
            }
        }
        Files.writeString(path(), "mine");
        assertThatThrownBy(this::start).isInstanceOf(ListenException.class).hasMessageContaining("no socket");
        assertThat(path()).hasContent("mine");
        Path missing = folder.resolve("missing/s");
        assertThatThrownBy(() -> start("listeners.local.path=" + missing))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining("there is no folder " + missing.getParent());
        assertThat(leftInFolder()).containsExactly("data", "other", "s");
    }

    @Test
    @DisplayName("nobody can connect before the socket has its rights: until then it is in a folder of its owner alone")
    void file_beforePublish_hidden() throws Exception {
        UnixSocketConfig config = new UnixSocketConfig(path(), PosixFilePermissions.fromString("rw-rw----"));
        UnixSocketFile file = UnixSocketFile.prepare(config);
        Path hidden = file.hidden();
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(hidden));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(hidden.getParent())))
                    .isEqualTo("rwx------");
            assertThat(path()).doesNotExist();
            file.publish();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                    .isEqualTo("rw-rw----");
            assertThat(UnixSocketFile.isAnswered(config)).isTrue();
            assertThat(leftInFolder()).containsExactly("s");
        }
        assertThat(UnixSocketFile.isAnswered(config)).isFalse();
    }
}
