// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An MQTT client that does exactly what the test tells it: it sends what it is given, reads one packet when asked,
 * and never acknowledges anything by itself. Not safe for use by several threads, except {@link #close} and {@link #reset}.
 */
public final class WireClient implements AutoCloseable {
    /** How long {@link #read} waits: far above any legal pause of a broker on a busy machine. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private byte[] buffer = new byte[8192];
    private int start;
    private int end;
    private int nextPacketId = 1;
    private boolean mqtt5;

    private WireClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Opens a TCP connection to the broker on loopback and sends nothing. */
    public static WireClient open(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
            return new WireClient(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Opens a connection, sends the CONNECT and wants a CONNACK that accepts it. */
    public static WireClient connected(int port, WireConnect connect) throws IOException {
        WireClient client = open(port);
        try {
            WirePacket connack = client.connect(connect);
            if (connack.returnCode() != 0) {
                throw new AssertionError("CONNECT of " + connect.clientId() + " refused: " + connack);
            }
            return client;
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /** Sends the CONNECT and returns the CONNACK. */
    public WirePacket connect(WireConnect connect) throws IOException {
        mqtt5 = connect.level() == 5;
        send(connect.bytes());
        return read(WirePacket.CONNACK);
    }

    /** Sends raw bytes in one write. */
    public void send(byte[] bytes) throws IOException {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new ConnectionClosedException("write failed", e);
        }
    }

    /** Sends a PUBLISH and awaits everything that completes it at its QoS; other packets that come meanwhile fail the test. */
    public void publish(String topic, String payload, int qos, boolean retain) throws IOException {
        int id = qos == 0 ? 0 : nextPacketId();
        send(PacketBytes.publish(topic, payload.getBytes(StandardCharsets.UTF_8), qos, retain, id, false));
        if (qos == 1) {
            expectAck(WirePacket.PUBACK, id);
        } else if (qos == 2) {
            expectAck(WirePacket.PUBREC, id);
            send(PacketBytes.ack(WirePacket.PUBREL, id));
            expectAck(WirePacket.PUBCOMP, id);
        }
    }

    /** Sends a SUBSCRIBE and returns the granted codes; a PUBLISH that comes before the SUBACK fails the test. */
    public int[] subscribe(int qos, String... filters) throws IOException {
        int id = nextPacketId();
        send(PacketBytes.subscribe(id, qos, filters));
        return expectAck(WirePacket.SUBACK, id).returnCodes();
    }

    /** Sends an UNSUBSCRIBE and awaits its UNSUBACK. */
    public void unsubscribe(String... filters) throws IOException {
        int id = nextPacketId();
        send(PacketBytes.unsubscribe(id, filters));
        expectAck(WirePacket.UNSUBACK, id);
    }

    /** Sends DISCONNECT and waits until the broker has closed, which confirms that it was processed. */
    public void disconnect() throws IOException {
        send(PacketBytes.disconnect());
        if (!awaitClosed(PATIENCE)) {
            throw new AssertionError("the broker did not close after DISCONNECT");
        }
        close();
    }

    /** Sends one acknowledgement. */
    public void ack(int type, int packetId) throws IOException {
        send(PacketBytes.ack(type, packetId));
    }

    /** Completes a received PUBLISH as a well-behaved receiver: PUBACK, or PUBREC, PUBREL awaited, PUBCOMP. */
    public void complete(WirePacket publish) throws IOException {
        if (publish.qos() == 1) {
            ack(WirePacket.PUBACK, publish.packetId());
        } else if (publish.qos() == 2) {
            ack(WirePacket.PUBREC, publish.packetId());
            expectAck(WirePacket.PUBREL, publish.packetId());
            ack(WirePacket.PUBCOMP, publish.packetId());
        }
    }

    /** Reads the next packet and wants it to be of this type with this packet identifier. */
    public WirePacket expectAck(int type, int packetId) throws IOException {
        WirePacket packet = read(type);
        if (packet.packetId() != packetId) {
            throw new AssertionError("expected packet id " + packetId + " but got " + packet);
        }
        return packet;
    }

    /** Reads the next packet and wants it to be of this type. */
    public WirePacket read(int type) throws IOException {
        WirePacket packet = read();
        if (packet.type() != type) {
            throw new AssertionError("expected packet type " + type + " but got " + packet);
        }
        return packet;
    }

    /** Reads the next packet; fails the test when none comes. */
    public WirePacket read() throws IOException {
        return poll(PATIENCE).orElseThrow(() -> new AssertionError("no packet within " + PATIENCE));
    }

    /**
     * Reads the next packet, or nothing if none is complete in time.
     *
     * @throws ConnectionClosedException if the connection is gone and no whole packet is left to read
     */
    public Optional<WirePacket> poll(Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Optional<WirePacket> packet = parse();
            if (packet.isPresent()) {
                return packet;
            }
            long millis = (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (millis <= 0 && !timeout.isZero()) {
                return Optional.empty();
            }
            if (timeout.isZero() && in.available() == 0) {
                return Optional.empty();
            }
            if (!fill((int) Math.max(1, millis))) {
                return Optional.empty();
            }
        }
    }

    /**
     * All packets that came before the answer to a PINGREQ. What the broker had sent before it saw the ping is in the list.
     */
    public List<WirePacket> packetsUntilPingResp() throws IOException {
        send(PacketBytes.pingReq());
        List<WirePacket> packets = new ArrayList<>();
        for (WirePacket packet = read(); packet.type() != WirePacket.PINGRESP; packet = read()) {
            packets.add(packet);
        }
        return packets;
    }

    /** All packets that came before the broker closed; fails the test when it does not close. */
    public List<WirePacket> packetsUntilClosed() throws IOException {
        List<WirePacket> packets = new ArrayList<>();
        try {
            while (true) {
                packets.add(read());
            }
        } catch (ConnectionClosedException e) {
            return packets;
        }
    }

    /** Whether the broker closes in time. Packets that come before the close are skipped. */
    public boolean awaitClosed(Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                poll(Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime())));
            }
            return false;
        } catch (ConnectionClosedException e) {
            return true;
        }
    }

    /** A packet identifier for the client's own packets: 1, 2, 3 ... */
    public int nextPacketId() {
        int id = nextPacketId;
        nextPacketId = id == 65_535 ? 1 : id + 1;
        return id;
    }

    /** Ends the connection with a TCP reset, as a crashed host does. */
    public void reset() throws IOException {
        if (!socket.isClosed()) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }

    /** Stops sending (FIN) but can still read. */
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Limits how much the kernel takes for a client that does not read; before anything is received. */
    public void receiveBufferBytes(int bytes) throws IOException {
        socket.setReceiveBufferSize(bytes);
    }

    /** Ends the connection without DISCONNECT (FIN). */
    @Override
    public void close() throws IOException {
        socket.close();
    }

    private boolean fill(int timeoutMillis) throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        try {
            socket.setSoTimeout(timeoutMillis);
            int count = in.read(buffer, end, buffer.length - end);
            if (count < 0) {
                throw new ConnectionClosedException("closed by the broker");
            }
            end += count;
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (ConnectionClosedException e) {
            throw e;
        } catch (IOException e) {
            throw new ConnectionClosedException("read failed", e);
        }
    }

    private Optional<WirePacket> parse() {
        int length = 0;
        int at = start + 1;
        int shift = 0;
        while (true) {
            if (at >= end) {
                return Optional.empty();
            }
            int digit = buffer[at++];
            length |= (digit & 0x7F) << shift;
            shift += 7;
            if ((digit & 0x80) == 0) {
                break;
            }
            if (shift > 21) {
                throw new AssertionError("the broker sent a remaining length of more than four bytes");
            }
        }
        if (end - at < length) {
            return Optional.empty();
        }
        WirePacket packet = new WirePacket(buffer[start] & 0xFF, Arrays.copyOfRange(buffer, at, at + length), mqtt5);
        start = at + length;
        return Optional.of(packet);
    }
}
