// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands between the load and a broker and tells one lie about one PUBLISH on its way to a subscriber. */
final class LyingProxy implements AutoCloseable {
    /** What becomes of the chosen PUBLISH. */
    enum Lie {
        NONE,
        DROP,
        DOUBLE,
        SWAP,
        CORRUPT
    }

    /** Not the first, so that the lie falls between true messages. */
    private static final int CHOSEN = 10;

    private static final int PUBLISH = 3;

    private final ServerSocket listening;
    private final int brokerPort;
    private final Lie lie;
    private final AtomicInteger publishes = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "lying-proxy");
        thread.setDaemon(true);
        return thread;
    });

    LyingProxy(int brokerPort, Lie lie) throws IOException {
        this.brokerPort = brokerPort;
        this.lie = lie;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
                client.setTcpNoDelay(true);
                broker.setTcpNoDelay(true);
                threads.execute(() -> pass(client, broker, () -> copy(client, broker)));
                threads.execute(() -> pass(broker, client, () -> lie(broker, client)));
            }
        } catch (IOException e) {
            threads.shutdownNow(); // closed: the test is over
        }
    }

    /** Something that moves bytes until a socket ends. */
    private interface Passing {
        void run() throws IOException;
    }

    private static void pass(Socket from, Socket to, Passing passing) {
        try (from;
                to) {
            passing.run();
        } catch (IOException e) {
            Thread.currentThread().interrupt(); // One side has gone: both are closed.
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        from.getInputStream().transferTo(to.getOutputStream());
    }

    private void lie(Socket from, Socket to) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
        OutputStream out = to.getOutputStream();
        byte @Nullable [] held = null;
        while (true) {
            byte[] frame = frame(in);
            boolean publish = (frame[0] & 0xFF) >> 4 == PUBLISH && !isOfBroker(frame);
            boolean chosen = publish && publishes.incrementAndGet() == CHOSEN;
            if (chosen && lie == Lie.SWAP) {
                held = frame;
                continue;
            }
            if (chosen && lie == Lie.CORRUPT) {
                frame[frame.length - 1] ^= 1;
            }
            if (!chosen || lie != Lie.DROP) {
                out.write(frame);
            }
            if (chosen && lie == Lie.DOUBLE) {
                out.write(frame);
            }
            if (publish && held != null) {
                out.write(held);
                held = null;
            }
            out.flush();
        }
    }

    /** Whether the topic, behind the fixed header and its length, begins as those of the broker do. */
    private static boolean isOfBroker(byte[] frame) {
        int lengthBytes = 1;
        while (frame[lengthBytes] < 0) {
            lengthBytes++;
        }
        return frame[1 + lengthBytes + 2] == '$';
    }

    private static byte[] frame(DataInputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int first = in.read();
        if (first < 0) {
            throw new EOFException();
        }
        head.write(first);
        int length = 0;
        int shift = 0;
        int octet;
        do {
            octet = in.readUnsignedByte();
            head.write(octet);
            length |= (octet & 0x7F) << shift;
            shift += 7;
        } while (octet >= 0x80);
        byte[] body = new byte[length];
        in.readFully(body);
        head.write(body);
        return head.toByteArray();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
