// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;

/**
 * Rows by table behind one write-ahead log. {@link #write} makes rows visible to readers at once; they survive a crash for
 * certain after {@link #sync}, and a crash keeps a prefix of the batches written before. Only the commit thread writes;
 * reads are allowed from any thread.
 */
public interface RowStore extends RowReader {
    /**
     * Makes the batch's rows visible, in order.
     *
     * @throws StoreException when the batch could not be written; the store is then failed for good and has to be reopened
     */
    void write(RowBatch batch);

    /**
     * Returns when everything written before is on disk.
     *
     * @throws StoreException as for {@link #write}; never retried
     */
    void sync();

    /**
     * Gives back the disk space of a range whose range deletion is synced and into which no row was put since, when together
     * with the ones before it is worth it, or at {@link #compactReclaimed}. May be slow; not on the commit thread, and on one
     * thread at a time.
     */
    void reclaim(Table table, byte[] from, byte[] to);

    /** Gives back what {@link #reclaim} has left, when nobody is in need of the disk. As slow, and on the same thread. */
    void compactReclaimed();

    /** Moves what is in memory into table files, so that old write-ahead logs can go. May be slow; not on the commit thread. */
    void flush();
}
