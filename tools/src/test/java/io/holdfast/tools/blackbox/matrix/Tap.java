// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A wire between a client and the broker that remembers what went over it, so that the matrix need not believe what a client
 * says of itself, and that can be cut. MQTT 5 only.
 */
final class Tap implements AutoCloseable {
    /** Bytes of one direction of one connection, in the order in which both sides' bytes were seen. */
    private record Chunk(int connection, boolean fromClient, ByteBuffer bytes) {}

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int brokerPort;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Chunk> chunks = new ArrayList<>();
    private int connections;
    private boolean cut;

    Tap(int brokerPort) throws IOException {
        this.brokerPort = brokerPort;
        start(this::accept, "tap");
    }

    /** Where the client connects to. */
    int port() {
        return server.getLocalPort();
    }

    /** Whole packets that clients have sent so far. */
    List<WirePacket> fromClient() {
        return packets().stream().filter(Seen::fromClient).map(Seen::packet).toList();
    }

    /** Whole packets that the broker has sent so far. */
    List<WirePacket> fromBroker() {
        return packets().stream()
                .filter(seen -> !seen.fromClient())
                .map(Seen::packet)
                .toList();
    }

    /**
     * The most QoS 1 and 2 messages of one connection that were under way from one side at the same time. An acknowledgement
     * counts before the side that waits for it can know of it, so a side that keeps its limit is never seen above it.
     */
    int underWayMax(boolean fromClient) {
        int max = 0;
        Map<Integer, Set<Integer>> open = new HashMap<>();
        for (Seen seen : packets()) {
            Set<Integer> ids = open.computeIfAbsent(seen.connection(), c -> new HashSet<>());
            WirePacket packet = seen.packet();
            int type = packet.type();
            if (seen.fromClient() == fromClient && type == WirePacket.PUBLISH && packet.qos() > 0) {
                ids.add(packet.packetId());
                max = Math.max(max, ids.size());
            } else if (seen.fromClient() != fromClient && (type == WirePacket.PUBACK || type == WirePacket.PUBCOMP)) {
                ids.remove(packet.packetId());
            }
        }
        return max;
    }

    /** Closes all connections and takes no new ones: for the broker the client is gone without DISCONNECT. */
    synchronized void cut() throws IOException {
        cut = true;
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        cut();
    }

    private record Seen(int connection, boolean fromClient, WirePacket packet) {}

    /** In the order of their last bytes. */
    private synchronized List<Seen> packets() {
        List<Seen> seen = new ArrayList<>();
        Map<String, ByteArrayOutputStream> streams = new HashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (Chunk chunk : chunks) {
            String key = chunk.connection() + " " + chunk.fromClient();
            ByteArrayOutputStream stream = streams.computeIfAbsent(key, k -> new ByteArrayOutputStream());
            stream.writeBytes(chunk.bytes().array());
            List<WirePacket> whole = WirePacket.allOf(stream.toByteArray());
            whole.subList(counts.getOrDefault(key, 0), whole.size())
                    .forEach(packet -> seen.add(new Seen(chunk.connection(), chunk.fromClient(), packet)));
            counts.put(key, whole.size());
        }
        return seen;
    }

    private static void start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                join(server.accept());
            }
        } catch (IOException e) {
            // Cut, or the broker is down: the client notices for itself.
            return;
        }
    }

    private synchronized void join(Socket client) throws IOException {
        if (cut) {
            client.close();
            return;
        }
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
        client.setTcpNoDelay(true);
        broker.setTcpNoDelay(true);
        sockets.addAll(List.of(client, broker));
        int connection = connections++;
        start(() -> pump(connection, true, client, broker), "tap-up");
        start(() -> pump(connection, false, broker, client), "tap-down");
    }

    private void pump(int connection, boolean fromClient, Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (this) {
                    chunks.add(new Chunk(connection, fromClient, ByteBuffer.wrap(Arrays.copyOf(buffer, count))));
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // One side has closed, so the other is closed too.
            return;
        }
    }
}
