// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A message as it is kept in memory: its parts are slices of the arrays they came in, a PUBLISH or a record (
 * {@code StoredMessage}), so that nothing is copied between a socket and a batch. Immutable; any thread. The arrays handed
 * out are the message's own and must not be changed.
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
    private static final int EXPIRES_AT_ONCE = 9;

    /** Answer of {@link #expirySeconds} for a message that does not expire. */
    public static final long NEVER = -1;

    private static final byte[] NO_PROPERTIES = new byte[0];

    private final byte[] topicArray;
    private int topicOffset;
    private int topicBytes;
    private final byte[] payloadArray;
    private int payloadOffset;
    private int payloadBytes;
    private final byte[] propertiesArray;
    private int propertiesOffset;
    private int propertiesBytes;
    private int qos;
    private boolean retain;
    private long publishedMillis;
    private long publisher;
    private int expirySeconds; // unsigned; with the flag below 8 bytes less than a long
    private boolean expires;
    private int storedBytes;

    private Message(byte[] topic, byte[] payload, byte[] properties) {
        topicArray = topic;
        payloadArray = payload;
        propertiesArray = properties;
    }

    /** Reads a stored record; throws IllegalArgumentException when it is none. */
    public static Message parse(byte[] record) {
        Message m = new Message(record, record, record);
        m.storedBytes = record.length;
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
                case EXPIRY -> {
                    m.expirySeconds = (int) in.varint();
                    m.expires |= m.expirySeconds != 0;
                }
                case EXPIRES_AT_ONCE -> m.expires |= in.varint() != 0;
                default -> in.skip(tag);
            }
        }
        return m;
    }

    /**
     * A message of these parts, which must not be changed any more.
     *
     * @param qos 0 to 2
     * @param publisher session number, 0 for the broker itself
     * @param publishedMillis milliseconds since 1970
     */
    public static Message of(
            byte[] topic, byte[] payload, int qos, boolean retain, long publisher, long publishedMillis) {
        return of(topic, payload, qos, retain, publisher, publishedMillis, NEVER, NO_PROPERTIES);
    }

    /**
     * As above, with what MQTT 5 adds.
     *
     * @param expirySeconds Message Expiry Interval as received, 0 to 4,294,967,295, or {@link #NEVER}
     * @param properties the properties that travel with the message, as a block of the wire format but without the
     *     expiry; empty for none
     */
    public static Message of(
            byte[] topic,
            byte[] payload,
            int qos,
            boolean retain,
            long publisher,
            long publishedMillis,
            long expirySeconds,
            byte[] properties) {
        Message m = new Message(topic, payload, properties);
        m.topicBytes = topic.length;
        m.payloadBytes = payload.length;
        m.propertiesBytes = properties.length;
        m.qos = qos;
        m.retain = retain;
        m.publishedMillis = publishedMillis;
        m.publisher = publisher;
        m.expirySeconds = expirySeconds == NEVER ? 0 : (int) expirySeconds;
        m.expires = expirySeconds != NEVER;
        m.storedBytes = RecordWriter.bytesFieldSize(TOPIC, topic.length)
                + RecordWriter.bytesFieldSize(PAYLOAD, payload.length)
                + RecordWriter.fieldSize(QOS, qos)
                + RecordWriter.fieldSize(RETAIN, retain ? 1 : 0)
                + RecordWriter.fieldSize(PUBLISHED, publishedMillis)
                + RecordWriter.fieldSize(PUBLISHER, publisher)
                + RecordWriter.fieldSize(EXPIRY, Math.max(0, expirySeconds))
                + RecordWriter.bytesFieldSize(PROPERTIES, properties.length)
                + RecordWriter.fieldSize(EXPIRES_AT_ONCE, expirySeconds == 0 ? 1 : 0);
        return m;
    }

    /**
     * The message in a field of another record.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Message within(byte[] record, int field) {
        RecordReader in = new RecordReader(record);
        while (in.hasMore()) {
            int tag = in.tag();
            if (RecordReader.field(tag) == field) {
                int from = in.skipBytes();
                return parse(Arrays.copyOfRange(record, from, in.position()));
            }
            in.skip(tag);
        }
        throw new IllegalArgumentException("a record holds no message in field " + field);
    }

    /** The same message, published at another time, in milliseconds since 1970. */
    public Message publishedAt(long millis) {
        return publishedAt(millis, retain);
    }

    /** As above; and retained or not, whatever it said itself. */
    public Message publishedAt(long millis, boolean retained) {
        Message m = new Message(topicArray, payloadArray, propertiesArray);
        m.topicOffset = topicOffset;
        m.topicBytes = topicBytes;
        m.payloadOffset = payloadOffset;
        m.payloadBytes = payloadBytes;
        m.propertiesOffset = propertiesOffset;
        m.propertiesBytes = propertiesBytes;
        m.qos = qos;
        m.retain = retained;
        m.publishedMillis = millis;
        m.publisher = publisher;
        m.expirySeconds = expirySeconds;
        m.expires = expires;
        m.storedBytes = storedBytes
                - RecordWriter.fieldSize(PUBLISHED, publishedMillis)
                + RecordWriter.fieldSize(PUBLISHED, millis)
                - RecordWriter.fieldSize(RETAIN, retain ? 1 : 0)
                + RecordWriter.fieldSize(RETAIN, retained ? 1 : 0);
        return m;
    }

    /** Appends the record, {@link #storedBytes} long. */
    public void writeTo(RecordWriter out) {
        out.bytesField(TOPIC, topicArray, topicOffset, topicBytes);
        out.bytesField(PAYLOAD, payloadArray, payloadOffset, payloadBytes);
        out.field(QOS, qos);
        out.field(RETAIN, retain ? 1 : 0);
        out.field(PUBLISHED, publishedMillis);
        out.field(PUBLISHER, publisher);
        out.field(EXPIRY, Integer.toUnsignedLong(expirySeconds));
        out.bytesField(PROPERTIES, propertiesArray, propertiesOffset, propertiesBytes);
        out.field(EXPIRES_AT_ONCE, expires && expirySeconds == 0 ? 1 : 0);
    }

    /** The record in an array of its own. */
    public byte[] record() {
        RecordWriter out = new RecordWriter(storedBytes);
        writeTo(out);
        return out.toBytes();
    }

    /** What {@link #topicOffset} and {@link #topicBytes} are a part of. */
    public byte[] topicArray() {
        return topicArray;
    }

    /** What {@link #payloadOffset} and {@link #payloadBytes} are a part of. */
    public byte[] payloadArray() {
        return payloadArray;
    }

    /** What {@link #propertiesOffset} and {@link #propertiesBytes} are a part of. */
    public byte[] propertiesArray() {
        return propertiesArray;
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

    /** Message Expiry Interval as received, in seconds, or {@link #NEVER}. */
    public long expirySeconds() {
        return expires ? Integer.toUnsignedLong(expirySeconds) : NEVER;
    }

    public boolean expires() {
        return expires;
    }

    /** Milliseconds since 1970 behind which the message has expired; only for one that does expire. */
    public long expiresMillis() {
        return publishedMillis + Integer.toUnsignedLong(expirySeconds) * 1_000;
    }

    /**
     * Whether the Message Expiry Interval has passed [MQTT5-3.3.2-5]. It counts from the publication by absolute time, so
     * over restarts too (C34).
     */
    public boolean isExpired(long nowMillis) {
        return expires && nowMillis > expiresMillis();
    }

    /** What is left of the interval, in seconds, or {@link #NEVER}: what is forwarded [MQTT5-3.3.2-6]. */
    public long remainingSeconds(long nowMillis) {
        if (!expires) {
            return NEVER;
        }
        long waited = Math.max(0, nowMillis - publishedMillis) / 1_000;
        return Math.max(0, Integer.toUnsignedLong(expirySeconds) - waited);
    }

    /** The topic name in UTF-8, in an array of its own. */
    public byte[] topicUtf8() {
        return Arrays.copyOfRange(topicArray, topicOffset, topicOffset + topicBytes);
    }

    public String topic() {
        return new String(topicArray, topicOffset, topicBytes, StandardCharsets.UTF_8);
    }

    /** Bytes this message takes on disk, without its key. */
    public int storedBytes() {
        return storedBytes;
    }
}
