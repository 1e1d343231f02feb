// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.verify.Stamp;
import io.holdfast.tools.client.ClientLoops;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The event loops of the tool. A client stays on its loop for ever. */
public final class LoadLoops implements AutoCloseable {
    private final ClientLoops sockets;
    private final List<LoadLoop> loops = new ArrayList<>();

    /**
     * Starts the loops.
     *
     * @param run the number that all payloads carry, see {@link Stamp}
     */
    public LoadLoops(int count, int run) {
        sockets = new ClientLoops(count, "load");
        for (int i = 0; i < count; i++) {
            loops.add(new LoadLoop(i, sockets.next(), new Stamp(run)));
        }
    }

    public int count() {
        return loops.size();
    }

    /** The loop of the client with a number: clients are dealt out in turn. */
    public LoadLoop of(int client) {
        return loops.get(client % loops.size());
    }

    /** Begins to open a socket on a loop; any thread. */
    ChannelFuture open(LoadLoop loop, InetSocketAddress target, @Nullable SocketAddress from, ChannelHandler handler) {
        return sockets.open(loop.executor(), target, from, handler);
    }

    /** Closes all sockets without another word. */
    @Override
    public void close() {
        sockets.close();
    }
}
