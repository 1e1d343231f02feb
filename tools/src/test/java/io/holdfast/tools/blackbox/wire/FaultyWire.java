// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A wire between a client and the broker that breaks at a byte: cut, reset, stalled or one byte at a time. Every connection
 * over it meets the same fault.
 */
public final class FaultyWire implements AutoCloseable {
    /** What happens behind the last good byte. */
    public enum Fault {
        /** Both sides see the end of the stream. */
        CUT,
        /** Both sides see a reset: TCP may throw away what was not read. */
        RESET,
        /** Nothing more comes until {@link #resume}, and nobody is told. */
        STALL,
        /** Every byte comes in a packet of its own. */
        TRICKLE
    }

    private static final int RESET_LINGER = 0;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int brokerPort;
    private final Fault fault;
    private final boolean fromClient;
    private final int goodBytes;
    private final CountDownLatch resumed = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>();

    /**
     * A wire to the broker.
     *
     * @param fromClient which direction breaks: true from the client to the broker
     * @param goodBytes bytes of each connection that come through in that direction before
     */
    public FaultyWire(int brokerPort, Fault fault, boolean fromClient, int goodBytes) throws IOException {
        this.brokerPort = brokerPort;
        this.fault = fault;
        this.fromClient = fromClient;
        this.goodBytes = goodBytes;
        start(this::accept);
    }

    /** Where the client connects to. */
    public int port() {
        return server.getLocalPort();
    }

    /** Ends a stall. */
    public void resume() {
        resumed.countDown();
    }

    @Override
    public void close() throws IOException {
        resume();
        server.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "faulty-wire");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
                client.setTcpNoDelay(true);
                broker.setTcpNoDelay(true);
                synchronized (sockets) {
                    sockets.add(client);
                    sockets.add(broker);
                }
                start(() -> pass(client, broker, fromClient));
                start(() -> pass(broker, client, !fromClient));
            }
        } catch (IOException e) {
            return; // The wire is closed.
        }
    }

    private void pass(Socket from, Socket to, boolean breaks) {
        byte[] buffer = new byte[8192];
        int good = breaks ? goodBytes : Integer.MAX_VALUE;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (good > 0) {
                int count = in.read(buffer, 0, Math.min(buffer.length, good));
                if (count < 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(buffer, 0, count);
                good -= breaks ? count : 0;
            }
            breakDown(from, to, in, out);
        } catch (IOException e) {
            return; // One of the two has gone, and the other hears of it from its own end.
        }
    }

    private void breakDown(Socket from, Socket to, InputStream in, OutputStream out) throws IOException {
        switch (fault) {
            case CUT -> {
                from.close();
                to.close();
            }
            case RESET -> {
                from.setSoLinger(true, RESET_LINGER);
                to.setSoLinger(true, RESET_LINGER);
                from.close();
                to.close();
            }
            case STALL -> {
                try {
                    resumed.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                in.transferTo(out);
            }
            case TRICKLE -> {
                for (int next = in.read(); next >= 0; next = in.read()) {
                    out.write(next);
                }
            }
        }
    }
}
