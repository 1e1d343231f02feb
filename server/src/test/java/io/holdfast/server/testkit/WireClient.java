// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client, of MQTT 3.1.1 unless told, without a will of its own: it acknowledges nothing and answers nothing unless told to. */
public final class WireClient implements AutoCloseable {
    private static final int WAIT_MILLIS = 60_000;

    private final Socket socket;
    private final ProtocolVersion version;
    private final PacketDecoder decoder;
    private final ByteBuf in = Unpooled.buffer();
    private int packetBytes;
    private final Deque<Packet> early = new ArrayDeque<>();

    public WireClient(int port) throws IOException {
        this(port, ProtocolVersion.MQTT_3_1_1);
    }

    public WireClient(int port, ProtocolVersion version) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), version);
    }

    /** A client on a socket that is connected, which it closes at its end. */
    public WireClient(Socket socket, ProtocolVersion version) throws IOException {
        this.version = version;
        this.socket = socket;
        decoder = PacketDecoder.client(CodecLimits.DEFAULTS.withPacketBytesMax(16 << 20), version);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(WAIT_MILLIS);
    }

    public static Connect connectPacket(String clientId, boolean cleanStart, @Nullable Will will) {
        return new Connect(ProtocolVersion.MQTT_3_1_1, clientId, cleanStart, 0, will, null, null, Properties.NONE);
    }

    /** A CONNECT of MQTT 5. */
    public static Connect connect5(String clientId, boolean cleanStart, Properties properties) {
        return connect5(clientId, cleanStart, properties, null);
    }

    public static Connect connect5(String clientId, boolean cleanStart, Properties properties, @Nullable Will will) {
        return new Connect(ProtocolVersion.MQTT_5, clientId, cleanStart, 0, will, null, null, properties);
    }

    /** Sends a CONNECT and expects CONNACK. */
    public ConnAck connect(Connect connect) throws IOException {
        decoder.setTopicAliasMax(connect.properties().topicAliasMaximum());
        send(connect);
        return expect(ConnAck.class);
    }

    /** Connects and expects to be accepted. */
    public ConnAck connect(String clientId, boolean cleanStart) throws IOException {
        return connect(new Connect(version, clientId, cleanStart, 0, null, null, null, Properties.NONE));
    }

    /** Subscribes and expects SUBACK, perhaps behind messages, which are kept for {@link #next}. */
    public SubAck subscribe(String filter, QoS qos) throws IOException {
        send(new Subscribe(1, List.of(new Subscribe.Request(TopicFilter.parse(filter), qos)), Properties.NONE));
        List<Packet> earlier = new ArrayList<>();
        Packet packet = next();
        while (packet instanceof Publish) {
            earlier.add(packet);
            packet = next();
        }
        early.addAll(earlier);
        if (packet instanceof SubAck subAck) {
            return subAck;
        }
        throw new AssertionError("expected SUBACK, got " + packet);
    }

    public static Will will(String topic, String payload) {
        return new Will(
                TopicName.of(topic),
                payload.getBytes(StandardCharsets.UTF_8),
                QoS.AT_LEAST_ONCE,
                false,
                Properties.NONE);
    }

    public static Publish publish(String topic, byte[] payload, QoS qos, int packetId) {
        return new Publish(packetId, qos, false, false, TopicName.of(topic), payload, Properties.NONE);
    }

    public static Publish publish(String topic, String payload, QoS qos, int packetId) {
        return publish(topic, payload.getBytes(StandardCharsets.UTF_8), qos, packetId);
    }

    /** Sends packets in one segment. */
    public void send(Packet... packets) throws IOException {
        socket.getOutputStream().write(bytes(version, packets));
    }

    public static byte[] bytes(Packet... packets) {
        return bytes(ProtocolVersion.MQTT_3_1_1, packets);
    }

    public static byte[] bytes(ProtocolVersion version, Packet... packets) {
        ByteBuf out = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, version, out);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    public void send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Ends our direction only. */
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** The next packet, or null when the broker has closed the connection. */
    public @Nullable Packet next() throws IOException {
        if (!early.isEmpty()) {
            return early.poll();
        }
        try {
            while (true) {
                int from = in.readerIndex();
                Packet packet = decoder.decode(in);
                if (packet != null) {
                    packetBytes = in.readerIndex() - from;
                    return packet;
                }
                in.discardReadBytes();
                byte[] more = new byte[8192];
                int count = socket.getInputStream().read(more);
                if (count < 0) {
                    return null;
                }
                in.writeBytes(more, 0, count);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came within " + WAIT_MILLIS + " ms", e);
        } catch (SocketException e) {
            return null;
        } catch (MalformedPacketException e) {
            throw new AssertionError("the broker sent " + e.getMessage(), e);
        }
    }

    /** How many bytes the last packet from the socket had. */
    public int packetBytes() {
        return packetBytes;
    }

    /** The next packet, which has to be of this type. */
    public <P extends Packet> P expect(Class<P> type) throws IOException {
        Packet packet = next();
        if (!type.isInstance(packet)) {
            throw new AssertionError("expected " + type.getSimpleName() + ", got " + packet);
        }
        return type.cast(packet);
    }

    /** Bytes that have come and were not read. */
    public int available() throws IOException {
        return in.readableBytes() + socket.getInputStream().available();
    }

    /** Whether the broker closes the connection without saying anything more. */
    public boolean isClosedNext() throws IOException {
        return next() == null;
    }

    public static String text(Publish publish) {
        return new String(publish.payload(), StandardCharsets.UTF_8);
    }

    /** Closes with a reset: what the broker sees of a client that crashed. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
