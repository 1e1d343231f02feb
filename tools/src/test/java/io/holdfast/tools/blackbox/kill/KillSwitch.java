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
    /** 0 when somebody kills, or has killed. */
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

    /**
     * Waits for the n-th acknowledgement; kills when the time is up before. A client that read the n-th just before kills
     * itself, however late: the next broker must not be met.
     */
    void await(long millis) throws InterruptedException {
        CountDownLatch latch;
        synchronized (this) {
            latch = fired;
        }
        if (latch.await(millis, TimeUnit.MILLISECONDS)) {
            return;
        }
        boolean ours;
        synchronized (this) {
            ours = acksLeft > 0;
            acksLeft = 0;
        }
        if (ours) {
            fire();
        } else {
            latch.await();
        }
    }

    private void fire() {
        try {
            gate.set(Gate.Mode.CLOSED);
            broker.kill();
        } finally {
            synchronized (this) {
                fired.countDown();
            }
        }
    }
}
