// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import java.nio.charset.StandardCharsets;

/**
 * A message as it is stored (record {@code StoredMessage}) and as it is kept in memory: the record's bytes and where topic,
 * payload and properties lie in them, so that it is built once and copied straight into a socket's buffer. Immutable; any
 * thread. The arrays handed out are the message's own and must not be changed.
 */
public final class Message {
    private static final int TOPIC = 1;
    private static final int PAYLOAD = 2;
    private static final int QOS = 3;
    private static final int RETAIN = 4;
    private static final int PUBLISHED = 5;
    private static final int PUBLISHER = 6;
    private static final int EXPIRY = 7;
    private static final int PROPERTIES = 8;

    private final byte[] record;
    private int topicOffset;
    private int topicBytes;
    private int payloadOffset;
    private int payloadBytes;
    private int propertiesOffset;
    private int propertiesBytes;
    private int qos;
    private boolean retain;
    private long publishedMillis;
    private long publisher;
    private int expirySeconds;

    private Message(byte[] record) {
        this.record = record;
    }

    /** Reads a stored record; throws IllegalArgumentException when it is none. */
    public static Message parse(byte[] record) {
        Message m = new Message(record);
        RecordReader in = new RecordReader(record);
        while (in.hasMore()) {
            int tag = in.tag();
            switch (RecordReader.field(tag)) {
                case TOPIC -> {
                    m.topicOffset = in.skipBytes();
                    m.topicBytes = in.position() - m.topicOffset;
                }
                case PAYLOAD -> {
                    m.payloadOffset = in.skipBytes();
                    m.payloadBytes = in.position() - m.payloadOffset;
                }
                case PROPERTIES -> {
                    m.propertiesOffset = in.skipBytes();
                    m.propertiesBytes = in.position() - m.propertiesOffset;
                }
                case QOS -> m.qos = (int) in.varint();
                case RETAIN -> m.retain = in.varint() != 0;
                case PUBLISHED -> m.publishedMillis = in.varint();
                case PUBLISHER -> m.publisher = in.varint();
                case EXPIRY -> m.expirySeconds = (int) in.varint();
                default -> in.skip(tag);
            }
        }
        return m;
    }

    /** Builds messages; one for each thread that does, its buffer is reused. */
    public static final class Builder {
        private final RecordWriter out = new RecordWriter(512);

        /**
         * @param qos 0 to 2
         * @param publisher session number, 0 for the broker itself
         * @param publishedMillis milliseconds since 1970
         */
        public Message build(
                byte[] topic, byte[] payload, int qos, boolean retain, long publisher, long publishedMillis) {
            return build(topic, payload, qos, retain, publisher, publishedMillis, 0, new byte[0]);
        }

        /**
         * As above, with what MQTT 5 adds.
         *
         * @param expirySeconds unsigned; 0 when the message does not expire
         * @param properties the properties that travel with the message, in wire form
         */
        public Message build(
                byte[] topic,
                byte[] payload,
                int qos,
                boolean retain,
                long publisher,
                long publishedMillis,
                int expirySeconds,
                byte[] properties) {
            out.clear();
            out.bytesField(TOPIC, topic, 0, topic.length);
            int topicEnd = out.size();
            out.bytesField(PAYLOAD, payload, 0, payload.length);
            int payloadEnd = out.size();
            out.field(QOS, qos);
            out.field(RETAIN, retain ? 1 : 0);
            out.field(PUBLISHED, publishedMillis);
            out.field(PUBLISHER, publisher);
            out.field(EXPIRY, Integer.toUnsignedLong(expirySeconds));
            out.bytesField(PROPERTIES, properties, 0, properties.length);
            Message m = new Message(out.toBytes());
            m.topicOffset = topicEnd - topic.length;
            m.topicBytes = topic.length;
            m.payloadOffset = payloadEnd - payload.length;
            m.payloadBytes = payload.length;
            m.propertiesOffset = out.size() - properties.length;
            m.propertiesBytes = properties.length;
            m.qos = qos;
            m.retain = retain;
            m.publishedMillis = publishedMillis;
            m.publisher = publisher;
            m.expirySeconds = expirySeconds;
            return m;
        }
    }

    /** The whole record; topic, payload and properties are slices of it. */
    public byte[] record() {
        return record;
    }

    public int topicOffset() {
        return topicOffset;
    }

    public int topicBytes() {
        return topicBytes;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    public int payloadBytes() {
        return payloadBytes;
    }

    public int propertiesOffset() {
        return propertiesOffset;
    }

    public int propertiesBytes() {
        return propertiesBytes;
    }

    public int qos() {
        return qos;
    }

    /** Whether the publisher set RETAIN. */
    public boolean retain() {
        return retain;
    }

    public long publishedMillis() {
        return publishedMillis;
    }

    public long publisher() {
        return publisher;
    }

    public int expirySeconds() {
        return expirySeconds;
    }

    public String topic() {
        return new String(record, topicOffset, topicBytes, StandardCharsets.UTF_8);
    }

    /** Bytes this message takes on disk, without its key. */
    public int storedBytes() {
        return record.length;
    }
}
