// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.RoutingWatch;
import io.holdfast.storage.log.Message;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * All who look at routing now. The shards know of it only while somebody does, so it costs nothing otherwise. Begins and
 * ends on the endpoint's thread.
 */
final class TailHub implements RoutingWatch {
    private static final int TAILS_MAX = 4;

    private final List<Tail> tails = new CopyOnWriteArrayList<>();
    private @Nullable AdminLife life;

    /** Begins to look; false when too many do already. */
    boolean begin(AdminLife now, Tail tail) {
        if (tails.size() >= TAILS_MAX) {
            return false;
        }
        tails.add(tail);
        if (life != now) { // The shards of an earlier life hear nothing any more.
            life = now;
            now.watch(this);
        }
        return true;
    }

    void end(Tail tail) {
        tails.remove(tail);
        AdminLife watched = life;
        if (tails.isEmpty() && watched != null) {
            watched.watch(null);
            life = null;
        }
    }

    /** Whether nobody looks. */
    boolean isIdle() {
        return tails.isEmpty();
    }

    @Override
    public void published(Message message, String publisher, int receivers) {
        long now = System.currentTimeMillis();
        for (Tail tail : tails) {
            tail.offer("published", message, publisher, receivers, now);
        }
    }

    @Override
    public void decided(Message message, String receiver, Decision decision) {
        long now = System.currentTimeMillis();
        String event = decision.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        for (Tail tail : tails) {
            tail.offer(event, message, receiver, null, now);
        }
    }
}
