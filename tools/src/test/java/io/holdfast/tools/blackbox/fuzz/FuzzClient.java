// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fuzz;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.codec.RandomPackets;
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
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One connection that sends whatever the dice say, under one of a few names, so that connections take each other over and
 * meet each other's topics. Of what the broker sends it mostly completes deliveries as it should, so that sessions get
 * somewhere, and forgets the rest. One thread.
 */
final class FuzzClient implements AutoCloseable {
    private static final int PUBLISH = 3;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;

    private final SplittableRandom random;
    private final Socket socket;
    private final ProtocolVersion version;
    private final RandomPackets packets;
    private final FamiliarPackets familiar;
    private byte[] received = new byte[0];

    FuzzClient(SplittableRandom random, int port) throws IOException {
        this.random = random;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        // MQTT 5 has the most to get wrong.
        this.version = random.nextBoolean() ? ProtocolVersion.MQTT_5 : ProtocolVersion.values()[random.nextInt(3)];
        this.packets = new RandomPackets(random, version, Role.SERVER);
        this.familiar = new FamiliarPackets(random, version);
        socket.setSoTimeout(1);
        if (random.nextInt(20) > 0) {
            send(encoded(familiar.connect(packets)));
        }
    }

    /** Sends one packet, or what is left of it. False when the broker has closed the connection. */
    boolean step() {
        try {
            byte[] bytes = random.nextInt(4) == 0 ? encoded(packets.next()) : familiar();
            send(random.nextInt(14) == 0 ? broken(bytes) : bytes);
            return drain();
        } catch (IOException e) {
            return false;
        }
    }

    private byte[] familiar() {
        return random.nextInt(4) == 0 ? familiar.raw() : encoded(familiar.next());
    }

    private byte[] broken(byte[] bytes) {
        byte[] damaged = bytes.clone();
        switch (random.nextInt(3)) {
            case 0 -> damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            case 1 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length) + 1);
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
        byte[] more = new byte[64 * 1024];
        while (random.nextInt(4) > 0 && in.available() > 0) {
            int count = in.read(more);
            if (count < 0) {
                return false;
            }
            int before = received.length;
            received = Arrays.copyOf(received, before + count);
            System.arraycopy(more, 0, received, before, count);
            answer();
        }
        return true;
    }

    /** Takes whole packets off what was received, and completes most of the deliveries among them. */
    private void answer() throws IOException {
        int at = 0;
        while (true) {
            int body = at + 1;
            int length = 0;
            int shift = 0;
            boolean whole = false;
            while (body < received.length && !whole) {
                int digit = received[body++];
                length |= (digit & 0x7F) << shift;
                shift += 7;
                whole = (digit & 0x80) == 0;
            }
            if (!whole || body + length > received.length) {
                received = Arrays.copyOfRange(received, at, received.length);
                return;
            }
            if (random.nextInt(8) > 0) {
                complete(received[at] & 0xFF, body);
            }
            at = body + length;
        }
    }

    private void complete(int first, int body) throws IOException {
        int type = first >> 4;
        int qos = type == PUBLISH ? first >> 1 & 3 : 0;
        if (qos > 0) {
            send(PacketBytes.ack(qos == 1 ? 4 : PUBREC, u16(body + 2 + u16(body))));
        } else if (type == PUBREC) {
            send(PacketBytes.ack(PUBREL, u16(body)));
        } else if (type == PUBREL) {
            send(PacketBytes.ack(7, u16(body)));
        }
    }

    private int u16(int at) {
        return (received[at] & 0xFF) << 8 | received[at + 1] & 0xFF;
    }

    @Override
    public void close() throws IOException {
        if (random.nextBoolean()) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }
}
