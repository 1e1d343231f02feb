// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import io.netty.channel.Channel;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The handshakes of one listener. A bounded number may be under way, shared out to the event loops: one that ten thousand
 * strangers begin and never end must not keep others out. At the limit the oldest gives way to the new one if it had its
 * time, else the new one is closed. Connections of one event loop are judged by that loop.
 */
public final class Handshakes {
    /** A client that means it is done by then, over any network. */
    private static final long FAIR_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int loops;
    private final BiConsumer<Channel, String> onFailure;
    private final FastThreadLocal<Set<Handshake>> underWay = new FastThreadLocal<>() {
        @Override
        protected Set<Handshake> initialValue() {
            return new LinkedHashSet<>();
        }
    };
    private volatile Tls tls;

    /**
     * Begins with this TLS.
     *
     * @param loops event loops that accept connections
     * @param onFailure told on the connection's event loop which handshake failed and why; the connection is closed
     */
    public Handshakes(Tls tls, int loops, BiConsumer<Channel, String> onFailure) {
        this.tls = tls;
        this.loops = loops;
        this.onFailure = onFailure;
    }

    /** Connections accepted from now on get this TLS. Any thread. */
    public void use(Tls next) {
        tls = next;
    }

    /** Puts TLS before everything that is in a new connection's pipeline, or closes it. Its event loop. */
    public void begin(Channel channel) {
        Tls current = tls;
        Set<Handshake> mine = underWay.get();
        Handshake handshake = new Handshake(this, current, channel);
        if (mine.size() >= Math.max(1, current.config().handshakesMax() / loops) && !makeRoom(mine)) {
            handshake.fail("too many TLS handshakes at a time");
            return;
        }
        mine.add(handshake);
        channel.pipeline().addFirst(handshake);
        channel.pipeline().addFirst(current.handler(channel.alloc()));
    }

    private static boolean makeRoom(Set<Handshake> mine) {
        Iterator<Handshake> oldestFirst = mine.iterator();
        Handshake oldest = oldestFirst.next();
        if (System.nanoTime() - oldest.sinceNanos() < FAIR_NANOS) {
            return false;
        }
        oldestFirst.remove();
        oldest.fail("a TLS handshake gave way to a new one");
        return true;
    }

    /** A handshake is under way no more. Its event loop. */
    void over(Handshake handshake) {
        underWay.get().remove(handshake);
    }

    void failed(Channel channel, String why) {
        onFailure.accept(channel, why);
    }
}
