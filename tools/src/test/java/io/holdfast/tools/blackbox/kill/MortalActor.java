// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.io.IOException;
import java.util.Optional;

/**
 * A client that never comes back under the same name: the will of each life that did not end with DISCONNECT is owed once,
 * after its delay or at the end of its session, whichever comes first [MQTT5-3.1.3-9], whatever is killed meanwhile.
 */
final class MortalActor extends Actor {
    private static final int SOON_SECONDS = 1;

    /** Whether the delay is the short time and the session the long one, or the other way round. */
    private final boolean sessionOutlivesDelay;

    MortalActor(Campaign campaign, String name, boolean sessionOutlivesDelay) {
        super(campaign, name);
        this.sessionOutlivesDelay = sessionOutlivesDelay;
    }

    @Override
    String id() {
        return name + "-life" + connection;
    }

    @Override
    WireConnect connect() {
        int expirySeconds = sessionOutlivesDelay ? WILL_DELAY_SECONDS : SOON_SECONDS;
        return WireConnect.plain(dialect, id(), false)
                .withProperties(
                        WireProperties.none().number(WireProperties.SESSION_EXPIRY, expirySeconds),
                        WireProperties.none());
    }

    @Override
    boolean hasWill() {
        return true;
    }

    @Override
    int willDelaySeconds() {
        return sessionOutlivesDelay ? SOON_SECONDS : WILL_DELAY_SECONDS;
    }

    @Override
    boolean idle() {
        return true;
    }

    @Override
    void work(boolean sessionPresent) throws IOException {
        long until = System.nanoTime() + random.nextLong(20_000_000L, 700_000_000L);
        while (true) {
            Gate.Mode mode = mode();
            if (mode == Gate.Mode.LEAVE) {
                disconnect();
                return;
            }
            Optional<WirePacket> packet = client().poll(TICK);
            if (packet.isPresent()) {
                surprise(packet.get());
            }
            if (mode == Gate.Mode.OPEN && System.nanoTime() > until) {
                if (random.nextInt(4) == 0) {
                    disconnect();
                } else {
                    campaign()
                            .willDelays()
                            .cut("will-" + id() + "-" + connection, System.currentTimeMillis(), SOON_SECONDS);
                    drop();
                }
                return;
            }
        }
    }
}
