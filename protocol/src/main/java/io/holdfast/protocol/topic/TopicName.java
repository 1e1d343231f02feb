// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import io.holdfast.protocol.topic.InvalidTopicException.Fault;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topic a message is published to: 1..65,535 bytes of UTF-8 [MQTT-4.7.3-1] [MQTT5-4.7.3-1] [MQTT-4.7.3-3]
 * [MQTT5-4.7.3-3] without wildcards
 * [MQTT-4.7.1-1] [MQTT5-4.7.0-1]. Kept and compared as bytes: nothing is normalised [MQTT-4.7.3-4] [MQTT5-4.7.3-4].
 * Immutable; any thread.
 */
public final class TopicName {
    /** No level limit: as many levels as 65,535 bytes can hold. */
    private static final int LEVELS_UNLIMITED = Utf8.BYTES_MAX + 1;

    private final byte[] utf8;
    private final long hash64;
    private final int levelCount;

    /** Made on first use; a race makes it twice, which is harmless. */
    private @Nullable String text;

    private TopicName(byte[] utf8, int levelCount) {
        this.utf8 = utf8;
        this.levelCount = levelCount;
        this.hash64 = TopicHash.hash(utf8);
    }

    /**
     * The topic with this text; no level limit, for it is not from the wire.
     *
     * @throws InvalidTopicException if the text is no topic name
     */
    public static TopicName of(String text) {
        return of(TopicText.encode(text));
    }

    /**
     * The topic with these bytes, which are kept and must not be changed any more; no level limit.
     *
     * @throws InvalidTopicException if the bytes are no topic name
     */
    public static TopicName of(byte[] utf8) {
        return of(utf8, LEVELS_UNLIMITED);
    }

    /**
     * The topic with the bytes at {@code index}; copies them and leaves the buffer's own indexes alone.
     *
     * @param levelsMax the most levels to accept
     * @throws InvalidTopicException if the bytes are no topic name
     */
    public static TopicName of(ByteBuf buffer, int index, int byteCount, int levelsMax) {
        byte[] utf8 = new byte[byteCount];
        buffer.getBytes(index, utf8);
        return of(utf8, levelsMax);
    }

    private static TopicName of(byte[] utf8, int levelsMax) {
        TopicText.requireLength(utf8.length);
        int levels = 1;
        int state = Utf8.BETWEEN_CHARACTERS;
        for (byte octet : utf8) {
            if (octet == '/') {
                levels++;
            } else if (octet == '+' || octet == '#') {
                throw new InvalidTopicException(Fault.GRAMMAR, "wildcard in a topic name");
            }
            // also after '/', '+' and '#': inside a character these are ill-formed
            state = Utf8.next(state, octet);
            if (state == Utf8.ILL_FORMED) {
                break;
            }
        }
        TopicText.requireWellFormed(state);
        TopicText.requireLevels(levels, levelsMax);
        return new TopicName(utf8, levels);
    }

    /** The bytes of this topic themselves: read-only. */
    public byte[] utf8() {
        return utf8;
    }

    /** A well-mixed hash of the bytes, keyed per process: good for tables, never to be stored or sent. */
    public long hash64() {
        return hash64;
    }

    /** How many levels {@code /} separates, at least 1; {@code a/} and {@code /a} have two each. */
    public int levelCount() {
        return levelCount;
    }

    /**
     * Whether this is one of the topics that filters with a leading wildcard do not match [MQTT-4.7.2-1]
     * [MQTT5-4.7.2-1].
     */
    public boolean startsWithDollar() {
        return utf8[0] == '$';
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof TopicName that && hash64 == that.hash64 && Arrays.equals(utf8, that.utf8));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash64);
    }

    @Override
    public String toString() {
        String known = text;
        if (known == null) {
            known = new String(utf8, StandardCharsets.UTF_8);
            text = known;
        }
        return known;
    }
}
