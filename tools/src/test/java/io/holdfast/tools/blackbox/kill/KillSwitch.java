// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Kills the broker right after some client has read the n-th acknowledgement of a round: the moment at which a broker that
 * answers before it has written is caught. Any thread.
 */
final class KillSwitch {
    private final Gate gate;
    private final BrokerProcess broker;
    private int acksLeft;
    private CountDownLatch fired = new CountDownLatch(1);

    KillSwitch(Gate gate, BrokerProcess broker) {
        this.gate = gate;
        this.broker = broker;
    }

    synchronized void arm(int acks) {
        acksLeft = acks;
        fired = new CountDownLatch(1);
    }

    /** Called by the client that has read and recorded an acknowledgement. */
    void onAck() {
        synchronized (this) {
            if (acksLeft == 0 || --acksLeft > 0) {
                return;
            }
        }
        fire();
    }

    /** Waits for the n-th acknowledgement; kills when the time is up before. */
    void await(long millis) throws InterruptedException {
        CountDownLatch latch;
        synchronized (this) {
            latch = fired;
        }
        if (!latch.await(millis, TimeUnit.MILLISECONDS)) {
            synchronized (this) {
                acksLeft = 0;
            }
            fire();
        }
    }

    private void fire() {
        gate.set(Gate.Mode.CLOSED);
        broker.kill();
        synchronized (this) {
            fired.countDown();
        }
    }
}
