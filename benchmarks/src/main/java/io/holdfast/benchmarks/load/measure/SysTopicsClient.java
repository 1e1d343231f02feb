// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Reads the retained {@code $SYS/broker/} topics over a connection of its own: subscribe, ping, and take what comes until
 * the ping is answered and nothing more arrives. A plain socket: nothing of the load's own client is involved.
 */
final class SysTopicsClient {
    private static final int TIMEOUT_MILLIS = 15_000;
    /** Silence that ends the reading: brokers may send retained messages after what they answered first. */
    private static final int QUIET_MILLIS = 100;

    /** Holdfast's last topic of interest: it sends all of them at once, and nobody needs to wait for silence. */
    private static final String LAST = "$SYS/broker/store/bytes-written";

    private SysTopicsClient() {}

    /** Topics and their values; empty when the broker has none. */
    static Map<String, String> read(String host, int port) throws IOException {
        Map<String, String> topics = new HashMap<>();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            ask(socket);
            PacketDecoder decoder = PacketDecoder.client(CodecLimits.DEFAULTS, ProtocolVersion.MQTT_3_1_1);
            ByteBuf in = Unpooled.buffer();
            byte[] chunk = new byte[16 * 1024];
            for (int count = socket.getInputStream().read(chunk);
                    count >= 0;
                    count = socket.getInputStream().read(chunk)) {
                in.writeBytes(chunk, 0, count);
                if (take(decoder, in, topics)) {
                    if (topics.containsKey(LAST)) {
                        return topics;
                    }
                    socket.setSoTimeout(QUIET_MILLIS);
                }
            }
        } catch (SocketTimeoutException e) {
            return topics; // the silence that was waited for; a broker that never answered has told nothing
        } catch (MalformedPacketException e) {
            throw new IOException("the broker's answer is no MQTT: " + e.getMessage(), e);
        }
        return topics;
    }

    private static void ask(Socket socket) throws IOException {
        ByteBuf out = Unpooled.buffer();
        String clientId =
                "bench-sys-" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
        Packet connect = Connect.anonymous(ProtocolVersion.MQTT_3_1_1, clientId, true, 30, null);
        Packet subscribe = new Subscribe(
                1, List.of(request("$SYS/broker/version"), request("$SYS/broker/store/#")), Properties.NONE);
        for (Packet packet : List.of(connect, subscribe, PingReq.INSTANCE)) {
            PacketEncoder.encode(packet, ProtocolVersion.MQTT_3_1_1, out);
        }
        out.readBytes(socket.getOutputStream(), out.readableBytes());
    }

    private static Subscribe.Request request(String filter) {
        return new Subscribe.Request(TopicFilter.parse(filter), QoS.AT_MOST_ONCE);
    }

    /** Whether the ping was answered. */
    private static boolean take(PacketDecoder decoder, ByteBuf in, Map<String, String> topics)
            throws MalformedPacketException {
        boolean answered = false;
        for (Packet packet = decoder.decode(in); packet != null; packet = decoder.decode(in)) {
            if (packet instanceof Publish publish) {
                topics.put(publish.topic().toString(), new String(publish.payload(), StandardCharsets.UTF_8));
            }
            answered |= packet instanceof PingResp;
        }
        return answered;
    }
}
