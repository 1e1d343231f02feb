// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFigures;

/** What there is at this moment, as opposed to what has happened. Any thread. */
public interface Gauges {
    /** Clients connected and accepted. */
    long connected();

    /** Sessions, connected or not. */
    long sessions();

    /** Messages that sessions with rows are owed. */
    long queued();

    /** Bytes of the messages that wait in memory for sessions without rows; a second old at most. */
    long volatileBytes();

    /**
     * Messages from connected clients whose exchange has not ended: QoS 1 and 2, of older clients than MQTT 5 QoS 2 only; a
     * second old at most.
     */
    long inflightIn();

    /** QoS 1 and 2 messages to connected clients that have not finished their exchange; a second old at most. */
    long inflightOut();

    /** Topics with a retained message, at most some seconds ago. */
    long retained();

    long subscriptions();

    /** Bytes left on the disk of the data folder, measured less than a second ago. */
    long diskFreeBytes();

    /** Whether that is so little that messages which would have to be stored are not taken. */
    boolean isDiskLow();

    /** Bytes handed to the commit thread and not yet durable. */
    long commitQueueBytes();

    /** What the last start took to recover. */
    double recoverySeconds();

    /**
     * Age of the oldest message in the store, which may wait to be deleted; 0 for none. Reads one row.
     *
     * @throws StoreException when it is closed
     */
    long oldestMessageSeconds();

    /**
     * What the store takes; may wait for the file system.
     *
     * @throws StoreException when it is closed
     */
    StoreFigures store();
}
