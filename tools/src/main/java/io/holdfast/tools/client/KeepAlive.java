// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Keeps one connection alive: a PINGREQ goes out before a keep alive period has passed without another packet, and a
 * broker that does not answer one within such a period is given up. The client's event loop only.
 */
final class KeepAlive {
    /** A period has eight looks: PINGREQ is sent at the sixth in which nothing else was. */
    private static final int LOOKS = 8;

    private static final int QUIET_LOOKS = 6;

    private final int seconds;
    private final Runnable ping;
    private final Runnable dead;
    private final ScheduledFuture<?> looks;
    private boolean sent;
    private boolean awaitsAnswer;
    private int quiet;
    /** Counted in looks, not by the clock: while the loop was held up, the answer could not be read. */
    private int unanswered;

    /**
     * Begins.
     *
     * @param seconds at least 1
     * @param ping sends PINGREQ
     * @param dead is told once that no PINGRESP came
     */
    KeepAlive(EventLoop loop, int seconds, Runnable ping, Runnable dead) {
        this.seconds = seconds;
        this.ping = ping;
        this.dead = dead;
        long millis = TimeUnit.SECONDS.toMillis(seconds) / LOOKS;
        looks = loop.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }

    int seconds() {
        return seconds;
    }

    /** Any packet was sent. */
    void sent() {
        sent = true;
    }

    /** PINGRESP has come. */
    void answered() {
        awaitsAnswer = false;
    }

    void stop() {
        looks.cancel(false);
    }

    private void look() {
        if (awaitsAnswer && ++unanswered >= LOOKS) {
            stop();
            dead.run();
            return;
        }
        quiet = sent ? 0 : quiet + 1;
        sent = false;
        if (quiet >= QUIET_LOOKS && !awaitsAnswer) {
            quiet = 0;
            awaitsAnswer = true;
            unanswered = 0;
            ping.run();
        }
    }
}
