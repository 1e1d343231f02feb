// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import java.nio.charset.StandardCharsets;

/**
 * The column families. A table's {@link #id} is its column family id on disk, so the order of these constants is part of
 * the format: new ones are appended, none is ever removed or moved.
 */
public enum Table {
    /** Names of the store itself to {@code StoreMeta}, {@code NextSession}, {@code CleanStop}. */
    META("default"),
    /** Message id to {@code StoredMessage}: each message once, whatever its fan-out. */
    MESSAGE("message"),
    /** Position to {@code LogEntry}: one row for each commit group. */
    LOG("log"),
    /** Client identifier to {@code ClientRecord}. */
    CLIENT("client"),
    /** Session number to {@code SessionRecord}. */
    SESSION("session"),
    /** Session number to {@code InflightRecord}: the checkpoint of the window, both directions. */
    INFLIGHT("inflight"),
    /** Session number, first index to {@code QueueFragment}. */
    QUEUE("queue"),
    /** Session number, topic filter to {@code SubscriptionRecord}. */
    SUBSCRIPTION("subscription"),
    /** Topic name to {@code RetainedRecord}. */
    RETAINED("retained"),
    /** Session number to {@code WillRecord}. */
    WILL("will"),
    /** Due time, session number, kind to {@code TimerRecord}. */
    TIMER("timer"),
    /** Topic filter to {@code TopicStub}. */
    TOPIC("topic");

    private final String familyName;

    Table(String familyName) {
        this.familyName = familyName;
    }

    public int id() {
        return ordinal();
    }

    public String familyName() {
        return familyName;
    }

    public byte[] familyNameBytes() {
        return familyName.getBytes(StandardCharsets.UTF_8);
    }
}
