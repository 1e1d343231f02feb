// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import io.holdfast.storage.store.RowStore;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A store whose syncs can be held back: what leaves the broker meanwhile, left before its sync. */
public final class HeldStore extends ForwardingStore {
    private static final long PATIENCE_SECONDS = 60;

    private final Semaphore held = new Semaphore(0);
    private final Semaphore released = new Semaphore(0);
    private volatile boolean holding;

    public HeldStore(RowStore store) {
        super(store);
    }

    /** From now on each sync waits for {@link #release}. */
    public void hold() {
        held.drainPermits();
        released.drainPermits();
        holding = true;
    }

    /** Returns once the commit thread has written a group and waits to sync it. */
    public void awaitHeld() throws InterruptedException {
        if (!held.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no sync was asked for");
        }
    }

    /** As above without waiting: whether a sync waits that nobody was told of yet. */
    public boolean takeHeld() {
        return held.tryAcquire();
    }

    /** Lets the waiting sync through, and no later one. */
    public void pass() {
        released.release();
    }

    /** Lets the waiting sync and all later ones through. */
    public void release() {
        holding = false;
        released.release(Integer.MAX_VALUE / 2);
    }

    @Override
    public void sync() {
        if (holding) {
            held.release();
            released.acquireUninterruptibly();
        }
        store.sync();
    }
}
