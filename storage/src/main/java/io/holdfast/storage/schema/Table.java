// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.LogEntry;
import io.holdfast.storage.record.QueueFragment;
import io.holdfast.storage.record.RetainedRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.TimerRecord;
import io.holdfast.storage.record.TopicStub;
import io.holdfast.storage.record.WillRecord;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The whole disk in one screen. Every key begins with the 2-byte partition (0), every value is the record in protobuf form
 * followed by a CRC32C over key and record; {@link Keys} builds the keys, {@code docs/store-format.md} tells the story.
 *
 * <pre>
 *  id  family        key                       -&gt; record              notes
 *  --  ------------  ------------------------     ------------------  ------------------------------------------------
 *   0  default       name                      -&gt; see {@link MetaRow}   read first
 *   1  message       message id                -&gt; StoredMessage       once per message; removed by range only
 *   2  log           position                  -&gt; LogEntry            one row per commit group; the newest one stays
 *   3  client        client identifier         -&gt; ClientRecord        one read per CONNECT
 *   4  session       session number            -&gt; SessionRecord       a number is never used again
 *   5  inflight      session number            -&gt; InflightRecord      checkpoint of the window, both directions
 *   6  queue         session number, index     -&gt; QueueFragment       appended to, never rewritten
 *   7  subscription  session number, filter    -&gt; SubscriptionRecord  loaded into the tree at start
 *   8  retained      topic name                -&gt; RetainedRecord      the last one in commit order wins
 *   9  will          session number            -&gt; WillRecord          goes in the batch that publishes or cancels it
 *  10  timer         due, session number, kind -&gt; TimerRecord         starts and sweeps read only what is due
 *  11  topic         filter                    -&gt; TopicStub           the topic registry
 * </pre>
 *
 * A table's id is its column family number on disk. New tables are appended; none is ever removed or renumbered.
 */
public enum Table {
    /** Name to the records of {@link MetaRow}. */
    META(0, "default", null),
    /** Message id to {@code StoredMessage}: each message once, whatever its fan-out. */
    MESSAGE(1, "message", StoredMessage.parser()),
    /** Position to {@code LogEntry}: one row for each commit group. */
    LOG(2, "log", LogEntry.parser()),
    /** Client identifier to {@code ClientRecord}. */
    CLIENT(3, "client", ClientRecord.parser()),
    /** Session number to {@code SessionRecord}. */
    SESSION(4, "session", SessionRecord.parser()),
    /** Session number to {@code InflightRecord}: the checkpoint of the window, both directions. */
    INFLIGHT(5, "inflight", InflightRecord.parser()),
    /** Session number, first index to {@code QueueFragment}. */
    QUEUE(6, "queue", QueueFragment.parser()),
    /** Session number, topic filter to {@code SubscriptionRecord}. */
    SUBSCRIPTION(7, "subscription", SubscriptionRecord.parser()),
    /** Topic name to {@code RetainedRecord}. */
    RETAINED(8, "retained", RetainedRecord.parser()),
    /** Session number to {@code WillRecord}. */
    WILL(9, "will", WillRecord.parser()),
    /** Due time, session number, kind to {@code TimerRecord}. */
    TIMER(10, "timer", TimerRecord.parser()),
    /** Topic filter to {@code TopicStub}. */
    TOPIC(11, "topic", TopicStub.parser());

    private static final Table[] BY_ID = values();

    private final int id;
    private final String familyName;
    /** Null where the key decides. */
    private final @Nullable Parser<? extends Message> parser;

    Table(int id, String familyName, @Nullable Parser<? extends Message> parser) {
        this.id = id;
        this.familyName = familyName;
        this.parser = parser;
    }

    /**
     * The table with a column family number.
     *
     * @throws IllegalArgumentException when no table has it
     */
    public static Table of(int id) {
        if (id < 0 || id >= BY_ID.length) {
            throw new IllegalArgumentException("no table has the id " + id);
        }
        return BY_ID[id];
    }

    public int id() {
        return id;
    }

    public String familyName() {
        return familyName;
    }

    public byte[] familyNameBytes() {
        return familyName.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Decodes a record of this table, as a reader returns it: without its checksum.
     *
     * @throws InvalidProtocolBufferException when the bytes are no such record, or the name of a meta row is unknown
     */
    public Message parse(byte[] key, byte[] record) throws InvalidProtocolBufferException {
        Parser<? extends Message> known = parser == null ? MetaRow.of(key).parser() : parser;
        return known.parseFrom(record);
    }
}
