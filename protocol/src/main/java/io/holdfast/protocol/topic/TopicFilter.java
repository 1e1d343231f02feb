// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import io.holdfast.protocol.topic.InvalidTopicException.Fault;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription asks for: a topic filter, plain ({@code a/+/#}) or shared ({@code $share/group/a/+/#}). Kept and
 * compared as bytes: nothing is normalised [MQTT-4.7.3-4] [MQTT5-4.7.3-4]. Immutable; any thread.
 *
 * <p>{@link #levels}, {@link #hasWildcard}, {@link #startsWithWildcard} and {@link #matches} speak of the
 * {@link #inner} filter, {@link #utf8}, {@link #toString} and equality of the whole text.
 */
public final class TopicFilter {
    /** No level limit: as many levels as 65,535 bytes can hold. */
    private static final int LEVELS_UNLIMITED = Utf8.BYTES_MAX + 1;

    private final byte[] utf8;
    private final int levelCount;
    private final boolean wildcard;
    /** Null for a plain filter. */
    private final @Nullable SharedFilter shared;

    private TopicFilter(byte[] utf8, int levelCount, boolean wildcard, @Nullable SharedFilter shared) {
        this.utf8 = utf8;
        this.levelCount = levelCount;
        this.wildcard = wildcard;
        this.shared = shared;
    }

    /**
     * The filter with this text; no level limit, for it is not from the wire.
     *
     * @throws InvalidTopicException if the text is no topic filter
     */
    public static TopicFilter parse(String text) {
        return parse(TopicText.encode(text), LEVELS_UNLIMITED);
    }

    /**
     * The filter with these bytes, which are kept and must not be changed any more; no level limit.
     *
     * @throws InvalidTopicException if the bytes are no topic filter
     */
    public static TopicFilter parse(byte[] utf8) {
        return parse(utf8, LEVELS_UNLIMITED);
    }

    /**
     * The filter with the bytes at {@code index}; copies them and leaves the buffer's own indexes alone.
     *
     * @param levelsMax the most levels to accept; {@code $share} and the group do not count
     * @throws InvalidTopicException if the bytes are no topic filter
     */
    public static TopicFilter parse(ByteBuf buffer, int index, int byteCount, int levelsMax) {
        byte[] utf8 = new byte[byteCount];
        buffer.getBytes(index, utf8);
        return parse(utf8, levelsMax);
    }

    private static TopicFilter parse(byte[] utf8, int levelsMax) {
        TopicText.requireLength(utf8.length);
        if (!Utf8.isWellFormed(utf8)) {
            throw new InvalidTopicException(
                    Fault.ENCODING, "ill-formed UTF-8"); // U+0000 too [MQTT-4.7.3-2] [MQTT5-4.7.3-2]
        }
        if (!SharedFilter.isShared(utf8)) {
            return parsePlain(utf8, levelsMax);
        }
        int groupEnd = SharedFilter.groupEnd(utf8);
        TopicFilter inner = parsePlain(Arrays.copyOfRange(utf8, groupEnd + 1, utf8.length), levelsMax);
        SharedFilter shared = new SharedFilter(SharedFilter.groupName(utf8, groupEnd), inner);
        return new TopicFilter(utf8, inner.levelCount, inner.wildcard, shared);
    }

    /** Checks the places of the wildcards; {@code utf8} is well-formed and not empty. */
    private static TopicFilter parsePlain(byte[] utf8, int levelsMax) {
        int levels = 1;
        boolean wildcard = false;
        for (int i = 0; i < utf8.length; i++) {
            byte octet = utf8[i];
            if (octet == '/') {
                levels++;
            } else if (octet == '#' || octet == '+') {
                wildcard = true;
                requireWholeLevel(utf8, i);
            }
        }
        TopicText.requireLevels(levels, levelsMax);
        return new TopicFilter(utf8, levels, wildcard, null);
    }

    /**
     * A wildcard fills its level [MQTT-4.7.1-3] [MQTT5-4.7.1-2], and {@code #} is the last one [MQTT-4.7.1-2]
     * [MQTT5-4.7.1-1].
     */
    private static void requireWholeLevel(byte[] utf8, int wildcardIndex) {
        boolean opensLevel = wildcardIndex == 0 || utf8[wildcardIndex - 1] == '/';
        boolean last = wildcardIndex == utf8.length - 1;
        boolean closesLevel = last || (utf8[wildcardIndex] == '+' && utf8[wildcardIndex + 1] == '/');
        if (!opensLevel || !closesLevel) {
            throw new InvalidTopicException(Fault.GRAMMAR, "wildcard that is not a level of its own, or # not last");
        }
    }

    /** The bytes of the whole text themselves, with {@code $share/group/} if shared: read-only. */
    public byte[] utf8() {
        return utf8;
    }

    public boolean isShared() {
        return shared != null;
    }

    /** The group of a shared filter, or null. */
    public @Nullable String groupName() {
        return shared == null ? null : shared.groupName();
    }

    /**
     * The filter behind {@code $share/group/}, or this one if it is plain: what topics and access rules are held to.
     */
    public TopicFilter inner() {
        return shared == null ? this : shared.inner();
    }

    public int levelCount() {
        return levelCount;
    }

    /** The levels of the inner filter, wildcards included; a fresh, unmodifiable list. */
    public List<String> levels() {
        byte[] bytes = inner().utf8;
        List<String> levels = new ArrayList<>(levelCount);
        for (int start = 0; start <= bytes.length; ) {
            int end = levelEnd(bytes, start);
            levels.add(new String(bytes, start, end - start, StandardCharsets.UTF_8));
            start = end + 1;
        }
        return Collections.unmodifiableList(levels);
    }

    public boolean hasWildcard() {
        return wildcard;
    }

    /** Whether topics beginning with {@code $} are out of reach of this filter [MQTT-4.7.2-1] [MQTT5-4.7.2-1]. */
    public boolean startsWithWildcard() {
        byte first = inner().utf8[0];
        return first == '#' || first == '+';
    }

    /**
     * Whether the inner filter covers this topic: the definition of matching, level by level, byte by byte
     * [MQTT-4.7.3-4] [MQTT5-4.7.3-4]. Iterative, and linear in the length of the topic.
     */
    public boolean matches(TopicName topic) {
        if (topic.startsWithDollar() && startsWithWildcard()) {
            return false; // [MQTT-4.7.2-1] [MQTT5-4.7.2-1]
        }
        byte[] filter = inner().utf8;
        byte[] name = topic.utf8();
        int filterStart = 0;
        int nameStart = 0;
        while (filterStart <= filter.length && nameStart <= name.length) {
            if (filterStart < filter.length && filter[filterStart] == '#') {
                return true; // the rest, however deep
            }
            int filterEnd = levelEnd(filter, filterStart);
            int nameEnd = levelEnd(name, nameStart);
            boolean anyLevel = filterStart < filterEnd && filter[filterStart] == '+';
            if (!anyLevel && !Arrays.equals(filter, filterStart, filterEnd, name, nameStart, nameEnd)) {
                return false;
            }
            filterStart = filterEnd + 1;
            nameStart = nameEnd + 1;
        }
        if (nameStart <= name.length) {
            return false; // the topic goes deeper than the filter
        }
        // both ended, or only '#' is left of the filter, which also covers its parent level
        return filterStart > filter.length || (filterStart == filter.length - 1 && filter[filterStart] == '#');
    }

    /**
     * Whether this filter matches every topic that another one matches, both without their share names. Told from the texts
     * alone: {@code +/#} and {@code #} match the same topics, and neither is said to cover the other's every form.
     */
    public boolean covers(TopicFilter other) {
        byte[] wide = inner().utf8;
        byte[] narrow = other.inner().utf8;
        if (narrow[0] == '$' && startsWithWildcard()) {
            return false; // [MQTT-4.7.2-1] [MQTT5-4.7.2-1]
        }
        int wideStart = 0;
        int narrowStart = 0;
        while (wideStart <= wide.length && narrowStart <= narrow.length) {
            if (wideStart < wide.length && wide[wideStart] == '#') {
                return true;
            }
            int wideEnd = levelEnd(wide, wideStart);
            int narrowEnd = levelEnd(narrow, narrowStart);
            boolean anyLevel = wideStart < wideEnd && wide[wideStart] == '+';
            boolean manyLevels = narrowStart < narrowEnd && narrow[narrowStart] == '#';
            boolean sameLevel = Arrays.equals(wide, wideStart, wideEnd, narrow, narrowStart, narrowEnd);
            if (manyLevels || !(anyLevel || sameLevel)) {
                return false;
            }
            wideStart = wideEnd + 1;
            narrowStart = narrowEnd + 1;
        }
        if (narrowStart <= narrow.length) {
            return false;
        }
        return wideStart > wide.length || (wideStart == wide.length - 1 && wide[wideStart] == '#');
    }

    /** The index of the next {@code /}, or the end: a level starts behind each {@code /}, even the last byte's. */
    private static int levelEnd(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] != '/') {
            end++;
        }
        return end;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof TopicFilter that && Arrays.equals(utf8, that.utf8));
    }

    /** Keyed as topic names are: filters come from strangers too. */
    @Override
    public int hashCode() {
        return Long.hashCode(TopicHash.hash(utf8));
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
