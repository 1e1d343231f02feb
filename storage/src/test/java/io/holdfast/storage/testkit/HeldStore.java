// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A store whose syncs can be held back: what leaves the broker meanwhile, left before its sync. */
public final class HeldStore implements RowStore {
    private static final long PATIENCE_SECONDS = 20;

    private final RowStore store;
    private final Semaphore held = new Semaphore(0);
    private final Semaphore released = new Semaphore(0);
    private volatile boolean holding;

    public HeldStore(RowStore store) {
        this.store = store;
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

    @Override
    public void write(RowBatch batch) {
        store.write(batch);
    }

    @Override
    public void reclaim(Table table, byte[] from, byte[] to) {
        store.reclaim(table, from, to);
    }

    @Override
    public void flush() {
        store.flush();
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        return store.get(table, key);
    }

    @Override
    public RowCursor cursor(Table table, byte[] from, byte[] to) {
        return store.cursor(table, from, to);
    }

    @Override
    public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        return store.lastKey(table, from, to);
    }

    @Override
    public void close() {
        store.close();
    }
}
