// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.tools.client.Settings.Lifetime;
import io.holdfast.tools.client.Target.Scheme;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the standard asks of a client, seen from the broker's end of the socket; each test plays the broker. */
class ClientDutiesTest {
    private static final int WAIT_MILLIS = 60_000;
    private static final int SILENCE_MILLIS = 300;

    private final ServerSocket listener;
    private final ClientLoops loops = new ClientLoops(1, "duties");
    private final Seen seen = new Seen();

    ClientDutiesTest() throws IOException {
        listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(WAIT_MILLIS);
    }

    @AfterEach
    void close() throws IOException {
        loops.close();
        listener.close();
    }

    private static final class Seen implements Events {
        final CompletableFuture<Ending> ended = new CompletableFuture<>();
        final List<String> warnings = new CopyOnWriteArrayList<>();
        final List<Publish> messages = new CopyOnWriteArrayList<>();
        final List<ReasonCode> answers = new CopyOnWriteArrayList<>();

        @Override
        public void connected(ConnAck connAck) {}

        @Override
        public void received(Publish publish) {
            messages.add(publish);
        }

        @Override
        public void warn(String sentence) {
            warnings.add(sentence);
        }

        @Override
        public void debug(Supplier<String> line) {}

        @Override
        public void ended(Ending ending, int unsettled) {
            ended.complete(ending);
        }
    }

    private Client client(ProtocolVersion version, Lifetime lifetime, int keepAliveSeconds) {
        Settings settings = new Settings(
                new Target(Scheme.MQTT, "127.0.0.1", listener.getLocalPort()),
                null,
                true,
                version,
                version == ProtocolVersion.MQTT_5 ? "" : "me",
                lifetime,
                keepAliveSeconds,
                null,
                null,
                null,
                Properties.NONE,
                Properties.NONE,
                true);
        Client client = new Client(settings, loops, seen);
        client.start();
        return client;
    }

    private Outgoing message(QoS qos, boolean retain) {
        return new Outgoing(TopicName.of("a"), new byte[10], qos, retain, Properties.NONE, seen.answers::add);
    }

    /** The broker's end of one connection. */
    private final class Peer implements AutoCloseable {
        private final Socket socket;
        private final PacketDecoder decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
        private final ProtocolVersion version;
        private final ByteBuf in = Unpooled.buffer();
        final Connect connect;

        Peer(ProtocolVersion version, boolean sessionPresent, Properties limits) throws Exception {
            this.version = version;
            socket = listener.accept();
            socket.setSoTimeout(WAIT_MILLIS);
            connect = expect(Connect.class);
            send(new ConnAck(sessionPresent, ReasonCode.SUCCESS, limits));
        }

        void send(Packet packet) throws IOException {
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.encode(packet, version, out);
            socket.getOutputStream().write(out.array(), 0, out.readableBytes());
        }

        <P extends Packet> P expect(Class<P> type) throws Exception {
            Packet packet = next();
            assertThat(packet).isInstanceOf(type);
            return type.cast(packet);
        }

        void acceptSubscribe() throws Exception {
            Subscribe subscribe = expect(Subscribe.class);
            List<ReasonCode> granted = List.of(ReasonCode.granted(QoS.AT_LEAST_ONCE));
            send(new SubAck(subscribe.packetId(), granted, Properties.NONE));
            mark();
        }

        /** Returns when the client has seen everything, and has sent nothing else before it answers. */
        void mark() throws Exception {
            send(new Publish(7, QoS.AT_LEAST_ONCE, false, false, TopicName.of("x"), new byte[0], Properties.NONE));
            assertThat(expect(PubAck.class).packetId()).isEqualTo(7);
        }

        /** Nothing comes for a moment. */
        void expectSilence() throws Exception {
            socket.setSoTimeout(SILENCE_MILLIS);
            assertThatThrownBy(this::next).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(WAIT_MILLIS);
        }

        /** The next packet, or null at the end. */
        Packet next() throws Exception {
            while (true) {
                Packet packet = decoder.decode(in);
                if (packet != null) {
                    return packet;
                }
                byte[] more = new byte[4_096];
                int count = socket.getInputStream().read(more);
                if (count < 0) {
                    return null;
                }
                in.writeBytes(more, 0, count);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Peer peer5(boolean sessionPresent) throws Exception {
        return new Peer(ProtocolVersion.MQTT_5, sessionPresent, Properties.NONE);
    }

    @Test
    @DisplayName(
            "S28 PINGREQ is sent within the keep alive, when nothing else is; S31 without PINGRESP the client closes")
    void keepAlive_silence_pingsThenCloses() throws Exception {
        client(ProtocolVersion.MQTT_3_1_1, Lifetime.CONNECTION, 2);
        boolean inTime = false;
        for (int i = 0; i < 5 && !inTime; i++) { // A machine that stands still makes either side late: once more.
            inTime = pingsInTimeThenCloses();
        }
        assertThat(inTime).isTrue();
        new Peer(ProtocolVersion.MQTT_3_1_1, false, Properties.NONE).close();
        assertThat(seen.warnings).anyMatch(text -> text.contains("did not answer PINGREQ within 2 s"));
    }

    /** Answers the first PINGREQ and not the second; false when client or test were later than the keep alive of 2 s. */
    private boolean pingsInTimeThenCloses() throws Exception {
        try (Peer peer = new Peer(ProtocolVersion.MQTT_3_1_1, false, Properties.NONE)) {
            long before = System.nanoTime();
            peer.expect(PingReq.class);
            long pinged = System.nanoTime();
            peer.send(PingResp.INSTANCE);
            boolean inTime = pinged - before < TimeUnit.SECONDS.toNanos(2)
                    && System.nanoTime() - before < TimeUnit.SECONDS.toNanos(3);
            if (inTime) {
                peer.expect(PingReq.class);
                assertThat(peer.next()).isNull(); // Not answered: closed.
            }
            return inTime;
        }
    }

    @Test
    @DisplayName("the server's keep alive and the client id it gave are used, the id also on the next connection")
    void connAck_serverDecides_clientObeys() throws Exception {
        client(ProtocolVersion.MQTT_5, Lifetime.RUN, 0);
        Properties decided = Properties.builder()
                .number(Property.SERVER_KEEP_ALIVE, 1)
                .text(Property.ASSIGNED_CLIENT_IDENTIFIER, "given")
                .build();
        try (Peer peer = new Peer(ProtocolVersion.MQTT_5, false, decided)) {
            assertThat(peer.connect.clientId()).isEmpty();
            assertThat(peer.connect.cleanStart()).isTrue();
            peer.expect(PingReq.class);
        }
        try (Peer peer = peer5(true)) {
            assertThat(peer.connect.clientId()).isEqualTo("given");
            assertThat(peer.connect.cleanStart()).isFalse();
            assertThat(peer.connect.properties().sessionExpiryIntervalSeconds()).isEqualTo(Settings.RUN_EXPIRY_SECONDS);
        }
    }

    @Test
    @DisplayName("S36, S37 what was not acknowledged is sent again in order: PUBLISH with DUP, PUBREL after PUBREC")
    void reconnect_unsettled_sentAgainInOrder() throws Exception {
        Client client = client(ProtocolVersion.MQTT_5, Lifetime.RUN, 0);
        try (Peer peer = peer5(false)) {
            client.publish(message(QoS.EXACTLY_ONCE, false));
            client.publish(message(QoS.EXACTLY_ONCE, false));
            client.publish(message(QoS.AT_LEAST_ONCE, false));
            assertThat(peer.expect(Publish.class).packetId()).isEqualTo(1);
            peer.expect(Publish.class);
            assertThat(peer.expect(Publish.class).dup()).isFalse();
            peer.send(new PubRec(2));
            assertThat(peer.expect(PubRel.class).packetId()).isEqualTo(2);
        }
        try (Peer peer = peer5(true)) {
            Publish first = peer.expect(Publish.class);
            assertThat(first.packetId()).isEqualTo(1);
            assertThat(first.dup()).isTrue();
            assertThat(peer.expect(PubRel.class).packetId()).isEqualTo(2);
            Publish third = peer.expect(Publish.class);
            assertThat(third.packetId()).isEqualTo(3);
            assertThat(third.dup()).isTrue();
            peer.send(new PubAck(3));
            peer.send(new PubComp(2));
            peer.send(new PubRec(1));
            peer.expect(PubRel.class);
            peer.send(new PubComp(1));
            client.leave(Ending.DONE);
            Disconnect last = peer.expect(Disconnect.class);
            assertThat(last.properties().contains(Property.SESSION_EXPIRY_INTERVAL))
                    .isTrue();
            assertThat(last.properties().sessionExpiryIntervalSeconds()).isZero();
        }
        assertThat(seen.ended.get(WAIT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(Ending.DONE);
        assertThat(seen.answers).containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS, ReasonCode.SUCCESS);
        assertThat(seen.warnings).noneMatch(text -> text.contains("twice"));
    }

    @Test
    @DisplayName(
            "a broker that has lost the session gets what it had not acknowledged as new messages, and the user is told")
    void reconnect_sessionLost_sentAsNewAndSaid() throws Exception {
        Client client = client(ProtocolVersion.MQTT_5, Lifetime.RUN, 0);
        try (Peer peer = peer5(false)) {
            client.publish(message(QoS.EXACTLY_ONCE, false));
            client.publish(message(QoS.EXACTLY_ONCE, false));
            peer.expect(Publish.class);
            peer.expect(Publish.class);
            peer.send(new PubRec(1));
            peer.expect(PubRel.class);
        }
        try (Peer peer = peer5(false)) {
            assertThat(peer.expect(Publish.class).dup()).isFalse(); // The second; the first was taken over.
            client.publish(message(QoS.AT_LEAST_ONCE, false));
            assertThat(peer.expect(Publish.class).qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        }
        assertThat(seen.warnings).anyMatch(text -> text.contains("1 messages") && text.contains("twice"));
        assertThat(seen.answers).containsExactly(ReasonCode.SUCCESS);
    }

    @Test
    @DisplayName("Receive Maximum, Maximum Packet Size, Maximum QoS and Retain Available of the broker are kept")
    void connAck_limits_kept() throws Exception {
        Client client = client(ProtocolVersion.MQTT_5, Lifetime.CONNECTION, 0);
        Properties limits = Properties.builder()
                .number(Property.RECEIVE_MAXIMUM, 2)
                .number(Property.MAXIMUM_PACKET_SIZE, 100)
                .number(Property.MAXIMUM_QOS, 1)
                .number(Property.RETAIN_AVAILABLE, 0)
                .build();
        try (Peer peer = new Peer(ProtocolVersion.MQTT_5, false, limits)) {
            client.publish(message(QoS.EXACTLY_ONCE, false));
            client.publish(message(QoS.AT_LEAST_ONCE, true));
            client.publish(new Outgoing(
                    TopicName.of("a"), new byte[100], QoS.AT_LEAST_ONCE, false, Properties.NONE, seen.answers::add));
            for (int i = 0; i < 3; i++) {
                client.publish(message(QoS.AT_LEAST_ONCE, false));
            }
            int first = peer.expect(Publish.class).packetId();
            peer.expect(Publish.class);
            // The third waits: a marker that the client answers would come before it.
            peer.send(new Publish(7, QoS.AT_LEAST_ONCE, false, false, TopicName.of("m"), new byte[0], Properties.NONE));
            assertThat(peer.expect(PubAck.class).packetId()).isEqualTo(7);
            peer.send(new PubAck(first));
            peer.expect(Publish.class);
        }
        assertThat(seen.answers)
                .startsWith(ReasonCode.QOS_NOT_SUPPORTED, ReasonCode.RETAIN_NOT_SUPPORTED, ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    @DisplayName("S37 a QoS 2 message that is sent again on the next connection is told once")
    void received_qos2Again_toldOnce() throws Exception {
        client(ProtocolVersion.MQTT_3_1_1, Lifetime.KEPT, 0);
        Publish message =
                new Publish(5, QoS.EXACTLY_ONCE, false, false, TopicName.of("a"), new byte[] {1}, Properties.NONE);
        try (Peer peer = new Peer(ProtocolVersion.MQTT_3_1_1, false, Properties.NONE)) {
            peer.send(message);
            peer.expect(PubRec.class);
        }
        try (Peer peer = new Peer(ProtocolVersion.MQTT_3_1_1, true, Properties.NONE)) {
            peer.send(
                    new Publish(5, QoS.EXACTLY_ONCE, true, false, TopicName.of("a"), new byte[] {1}, Properties.NONE));
            peer.expect(PubRec.class);
            peer.send(new PubRel(5));
            peer.expect(PubComp.class);
            peer.send(message); // The identifier is free again: this one is new.
            peer.expect(PubRec.class);
        }
        assertThat(seen.messages).hasSize(2);
    }

    @Test
    @DisplayName("who leaves says goodbye when everything is acknowledged, not before")
    void leave_unacknowledged_waits() throws Exception {
        Client client = client(ProtocolVersion.MQTT_5, Lifetime.RUN, 0);
        try (Peer peer = peer5(false)) {
            client.publish(message(QoS.AT_LEAST_ONCE, false));
            client.leave(Ending.DONE);
            int packetId = peer.expect(Publish.class).packetId();
            peer.expectSilence();
            peer.send(new PubAck(packetId));
            peer.expect(Disconnect.class);
        }
        assertThat(seen.ended.get(WAIT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(Ending.DONE);
        assertThat(seen.answers).containsExactly(ReasonCode.SUCCESS);
    }

    @Test
    @DisplayName(
            "S37 when the broker has lost the session its packet identifiers begin anew: the next message is no repetition")
    void received_sessionLost_identifiersForgotten() throws Exception {
        client(ProtocolVersion.MQTT_3_1_1, Lifetime.KEPT, 0);
        for (boolean present : new boolean[] {false, false}) {
            try (Peer peer = new Peer(ProtocolVersion.MQTT_3_1_1, present, Properties.NONE)) {
                peer.send(new Publish(
                        5, QoS.EXACTLY_ONCE, false, false, TopicName.of("a"), new byte[] {1}, Properties.NONE));
                peer.expect(PubRec.class);
            }
        }
        assertThat(seen.messages).hasSize(2);
    }

    @Test
    @DisplayName("sub subscribes once, and again when the broker has lost its session, only then")
    void sub_connectionLost_subscribesWhereSessionIsLost() throws Exception {
        VerbCall sub = VerbCall.sub(listener.getLocalPort(), "-q", "1", "-t", "x");
        try (Peer peer = peer5(false)) {
            peer.acceptSubscribe();
        }
        try (Peer peer = peer5(true)) {
            peer.mark(); // And no SUBSCRIBE before it.
        }
        try (Peer peer = peer5(false)) {
            peer.acceptSubscribe();
            peer.send(new Disconnect(ReasonCode.ADMINISTRATIVE_ACTION, Properties.NONE));
            assertThat(sub.exitCode()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a broker that refuses is explained by name and code, and the exit code is that of its CONNACK")
    void connect_refused_explained() throws Exception {
        client(ProtocolVersion.MQTT_5, Lifetime.CONNECTION, 0);
        try (Socket socket = listener.accept()) {
            socket.getInputStream().read(new byte[4_096]);
            socket.getOutputStream().write(new byte[] {0x20, 3, 0, (byte) 0x87, 0});
            Ending ending = seen.ended.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(ending.exitCode()).isEqualTo(0x87);
            assertThat(ending.sentence()).contains("not authorized (0x87)");
        }
        assertThat(Ending.refused(ReasonCode.NOT_AUTHORIZED, ProtocolVersion.MQTT_3_1_1, "x")
                        .exitCode())
                .isEqualTo(5);
    }
}
