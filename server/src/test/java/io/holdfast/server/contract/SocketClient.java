// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.contract;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Will;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** A client of one packet at a time, which answers nothing by itself. */
final class SocketClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final PacketDecoder decoder = PacketDecoder.client(CodecLimits.DEFAULTS, ProtocolVersion.MQTT_3_1_1);
    private final ByteBuf in = Unpooled.buffer();

    SocketClient(InetSocketAddress broker) throws IOException {
        socket.connect(broker);
        socket.setTcpNoDelay(true);
    }

    void connect(String clientId, boolean cleanSession, @Nullable Will will) throws IOException {
        send(Connect.anonymous(ProtocolVersion.MQTT_3_1_1, clientId, cleanSession, 0, will));
    }

    void send(Packet packet) throws IOException {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, ProtocolVersion.MQTT_3_1_1, out);
        socket.getOutputStream().write(out.array(), 0, out.readableBytes());
    }

    /** The next packet, or null when the broker closes the connection. */
    @Nullable
    Packet receive() throws IOException {
        return receive(PATIENCE_MILLIS);
    }

    /** Whether nothing at all comes within this time, not even the end of the connection. */
    boolean isSilent(int millis) throws IOException {
        try {
            receive(millis);
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    private @Nullable Packet receive(int millis) throws IOException {
        socket.setSoTimeout(millis);
        byte[] buffer = new byte[4096];
        try {
            for (Packet packet = decoder.decode(in); ; packet = decoder.decode(in)) {
                if (packet != null) {
                    return packet;
                }
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    return null;
                }
                in.writeBytes(buffer, 0, count);
            }
        } catch (MalformedPacketException e) {
            throw new IOException("the broker sent what is no packet", e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
