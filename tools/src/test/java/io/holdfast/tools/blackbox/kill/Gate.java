// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Where clients wait while the broker is down, and learn which round it is. Any thread. */
final class Gate {
    /** What clients are asked to do. */
    enum Mode {
        /** The broker is down. */
        CLOSED,
        /** Work until the connection breaks. */
        OPEN,
        /** Come online, finish what is pending, start nothing new. */
        DRAIN,
        /** Say DISCONNECT and end. */
        LEAVE
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Mode mode = Mode.CLOSED;
    private int round;

    void set(Mode newMode) {
        lock.lock();
        try {
            mode = newMode;
            if (newMode == Mode.OPEN) {
                round++;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Mode mode() {
        lock.lock();
        try {
            return mode;
        } finally {
            lock.unlock();
        }
    }

    /** The number of the round, from 1. */
    int round() {
        lock.lock();
        try {
            return round;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the broker is up; returns what is to be done then. */
    Mode awaitUp() throws InterruptedException {
        lock.lock();
        try {
            while (mode == Mode.CLOSED) {
                changed.await();
            }
            return mode;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the round is over, or for the time given. */
    void awaitOtherRound(int current, long millis) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (round == current && mode != Mode.DRAIN && mode != Mode.LEAVE && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }
}
