// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;

/**
 * A message to store for its recipients, and to keep as its topic's retained message when it says so. The caller extends
 * it with what it needs to answer the publisher.
 */
public class MessageOp extends CommitOp {
    private final Message message;
    private final long generation;
    private Recipients recipients;
    private Recipients live;
    private long id;

    /**
     * A message as its publisher's shard matched it.
     *
     * @param recipients durable sessions at QoS 1 or 2
     * @param live everybody else, who is served once the message is committed (C14)
     * @param generation of the subscription tree that the recipients were matched with (C12)
     */
    public MessageOp(Message message, Recipients recipients, Recipients live, long generation) {
        this.message = message;
        this.recipients = recipients;
        this.live = live;
        this.generation = generation;
    }

    @Override
    final void apply(GroupBuilder group) {
        group.listener().revise(this, group.changes());
        write(group);
        if (message.retain()) { // Else what is retained stays as it is [MQTT-3.3.1-12] [MQTT5-3.3.1-8].
            retain(group);
        }
    }

    /** Writes the message for its recipients and leaves the topic's retained message alone. */
    final void write(GroupBuilder group) {
        id = group.nextMessageId();
        group.addMessage(this);
        group.logRecipients(recipients, message.storedBytes());
        if (!recipients.isEmpty()) {
            group.counters().append(id, recipients.size());
            RecordWriter record = group.scratch();
            message.writeTo(record);
            group.batch().put(Table.MESSAGE, id, record.buffer(), record.size());
        }
    }

    /**
     * Replaces the topic's retained message, whatever the QoS [MQTT-3.3.1-5] [MQTT5-3.3.1-5] [MQTT-3.3.1-7], or takes it
     * away [MQTT-3.3.1-10] [MQTT5-3.3.1-6] [MQTT-3.3.1-11] [MQTT5-3.3.1-7]. It is the topic's, and outlives the session
     * that published it [MQTT-3.1.2-7].
     */
    private void retain(GroupBuilder group) {
        byte[] key = Keys.text(message.topicUtf8());
        if (message.payloadBytes() == 0) {
            group.batch().delete(Table.RETAINED, key);
            return;
        }
        RecordWriter record = group.scratch();
        record.field(1, id);
        record.bytesField(2, message.record(), 0, message.storedBytes());
        group.batch().put(Table.RETAINED, key, record.buffer(), record.size());
    }

    public final Message message() {
        return message;
    }

    /** The message's id; set when its group is built. */
    public final long id() {
        return id;
    }

    public final long generation() {
        return generation;
    }

    public final Recipients recipients() {
        return recipients;
    }

    public final Recipients live() {
        return live;
    }

    /** Corrects the recipients before the message takes its id. Commit thread, from {@link CommitListener#revise}. */
    public final void recipients(Recipients durable, Recipients others) {
        recipients = durable;
        live = others;
    }
}
