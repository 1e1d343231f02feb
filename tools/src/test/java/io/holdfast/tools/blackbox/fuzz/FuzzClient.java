// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fuzz;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.codec.RandomPackets;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One connection that sends whatever the dice say, under one of a few names, so that connections take each other over and
 * meet each other's topics. What the broker answers is read and thrown away. One thread.
 */
final class FuzzClient implements AutoCloseable {
    /** Few enough that everything meets: sessions, packet identifiers, filters. */
    private static final List<String> NAMES = List.of("f0", "f1", "f2", "f3", "");

    private static final List<String> TOPICS = List.of("f/a", "f/b", "f/a/b", "", "f/+", "$SYS/x");
    private static final List<String> FILTERS =
            List.of("f/#", "f/+", "+/a", "#", "$share/g/f/#", "$share/g/f/a", "f/#/x");

    private final SplittableRandom random;
    private final Socket socket;
    private final ProtocolVersion version;
    private final RandomPackets packets;

    FuzzClient(SplittableRandom random, int port) throws IOException {
        this.random = random;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        this.version = ProtocolVersion.values()[random.nextInt(3)];
        this.packets = new RandomPackets(random, version, Role.SERVER);
        socket.setSoTimeout(1);
        if (random.nextInt(20) > 0) {
            send(connect());
        }
    }

    /** Sends one packet, or what is left of it. False when the broker has closed the connection. */
    boolean step() {
        try {
            byte[] bytes = random.nextInt(3) == 0 ? encoded(packets.next()) : familiar();
            send(random.nextInt(12) == 0 ? broken(bytes) : bytes);
            return drain();
        } catch (IOException e) {
            return false;
        }
    }

    /** Half of the connections are soundly opened; the others with random wishes, wills among them. */
    private byte[] connect() {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        Connect wild = packets.connect();
        boolean plain = random.nextBoolean();
        return encoded(new Connect(
                version,
                name,
                name.isEmpty() || random.nextInt(3) == 0,
                random.nextInt(4) == 0 ? 1 : 0,
                plain ? null : wild.will(),
                null,
                null,
                plain ? io.holdfast.protocol.packet.Properties.NONE : wild.properties()));
    }

    /** A packet of a conversation that others take part in. */
    private byte[] familiar() {
        int id = 1 + random.nextInt(8);
        int qos = random.nextInt(3);
        String topic = TOPICS.get(random.nextInt(random.nextInt(8) == 0 ? TOPICS.size() : 3));
        String filter = FILTERS.get(random.nextInt(random.nextInt(8) == 0 ? FILTERS.size() : 6));
        byte[] none = new byte[version == ProtocolVersion.MQTT_5 ? 1 : 0];
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> {
                byte[] body = PacketBytes.joined(none, new byte[random.nextInt(200)]);
                yield PacketBytes.publish(
                        topic, body, qos, random.nextInt(6) == 0, id, qos > 0 && random.nextInt(4) == 0);
            }
            case 4 -> subscribe(id, qos, filter, none);
            case 5 -> unsubscribe(id, filter, none);
            case 6 -> random.nextInt(10) == 0 ? PacketBytes.disconnect() : PacketBytes.pingReq();
            default -> PacketBytes.ack(4 + random.nextInt(4), id);
        };
    }

    private static byte[] subscribe(int id, int qos, String filter, byte[] none) {
        byte[] old = PacketBytes.subscribe(id, qos, filter);
        return PacketBytes.packet(0x82, spliced(old, none));
    }

    private static byte[] unsubscribe(int id, String filter, byte[] none) {
        byte[] old = PacketBytes.unsubscribe(id, filter);
        return PacketBytes.packet(0xA2, spliced(old, none));
    }

    /** The body of a short 3.1.1 packet with the length of no properties behind its packet identifier. */
    private static byte[] spliced(byte[] packet, byte[] none) {
        byte[] head = java.util.Arrays.copyOfRange(packet, 2, 4);
        return PacketBytes.joined(head, none, java.util.Arrays.copyOfRange(packet, 4, packet.length));
    }

    private byte[] broken(byte[] bytes) {
        byte[] damaged = bytes.clone();
        switch (random.nextInt(3)) {
            case 0 -> damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            case 1 -> damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length) + 1);
            default -> random.nextBytes(damaged);
        }
        return damaged;
    }

    private byte[] encoded(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        return ByteBufUtil.getBytes(out);
    }

    private void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Reads what there is; now and then nothing, so that the broker has to wait for this client. */
    private boolean drain() throws IOException {
        InputStream in = socket.getInputStream();
        byte[] sink = new byte[64 * 1024];
        while (random.nextInt(4) > 0 && in.available() > 0) {
            if (in.read(sink) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        if (random.nextBoolean()) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }
}
