// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

/** What there is at this moment, as opposed to what has happened. Any thread. */
public interface Gauges {
    /** Clients connected and accepted. */
    long connected();

    /** Sessions, connected or not. */
    long sessions();

    /** Messages that sessions with rows are owed. */
    long queued();

    /** Topics with a retained message, at most some seconds ago. */
    long retained();

    long subscriptions();

    /** Bytes left on the disk of the data folder, measured less than a second ago. */
    long diskFreeBytes();

    /** Whether that is so little that messages which would have to be stored are not taken. */
    boolean isDiskLow();
}
