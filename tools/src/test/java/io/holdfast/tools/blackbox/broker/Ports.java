// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.broker;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Free loopback ports below the range that the kernel gives to outgoing connections. From that range a client that tries to
 * reconnect while the broker is down may take the broker's port, or even connect to itself.
 *
 * <p>Test processes run side by side, and a broker that was killed comes back to its port: so each process takes whole
 * blocks of ports for itself, by listening on the first of the block until it ends.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int BLOCK = 100;
    private static final int BLOCKS = 120;
    private static final List<ServerSocket> TAKEN = new ArrayList<>();
    private static int next = FIRST;

    private Ports() {}

    /** A port that nobody listens on and no other test process is given. */
    public static synchronized int free() throws IOException {
        for (int tries = 0; tries < BLOCK * BLOCKS; tries++) {
            if (next % BLOCK == 0) {
                next = takeBlock();
            }
            int port = next++;
            Optional<ServerSocket> socket = listen(port);
            if (socket.isPresent()) {
                socket.get().close();
                return port;
            }
        }
        throw new IOException("no free port between " + FIRST + " and " + (FIRST + BLOCK * BLOCKS));
    }

    /** Takes the next block that is nobody's; returns its second port. */
    private static int takeBlock() throws IOException {
        int begin = (int) (ProcessHandle.current().pid() % BLOCKS) + TAKEN.size();
        for (int i = 0; i < BLOCKS; i++) {
            int first = FIRST + (begin + i) % BLOCKS * BLOCK;
            Optional<ServerSocket> guard = listen(first);
            if (guard.isPresent()) {
                TAKEN.add(guard.get());
                return first + 1;
            }
        }
        throw new IOException("no block of free ports from " + FIRST + " on");
    }

    private static Optional<ServerSocket> listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Optional.of(socket);
        } catch (BindException e) {
            socket.close();
            return Optional.empty();
        }
    }
}
