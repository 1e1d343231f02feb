// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.protocol.topic.FilterOverlap;
import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a store a dump shows; all of it has to apply.
 *
 * @param clients whose rows
 * @param topic what messages, and which filters, by their topic; null for all
 * @param sinceMillis from this time on, milliseconds since 1970
 * @param untilMillis before this time
 * @param states of sessions, or of messages; empty for all
 * @param keysOnly whether only what tells rows apart is shown, so that messages need not be read
 */
record Selection(
        ClientSelection clients,
        @Nullable TopicFilter topic,
        long sinceMillis,
        long untilMillis,
        Set<String> states,
        boolean keysOnly) {
    static final Set<String> SESSION_STATES = Set.of("connected", "offline", "shared");
    static final Set<String> MESSAGE_STATES = Set.of("queued", "maybe-sent", "sent", "released");

    static final Selection ALL =
            new Selection(ClientSelection.ALL, null, Long.MIN_VALUE, Long.MAX_VALUE, Set.of(), false);

    Selection withKeysOnly(boolean only) {
        return new Selection(clients, topic, sinceMillis, untilMillis, states, only);
    }

    /** Whether a section can have rows that apply. */
    boolean wants(Section section) {
        return (topic == null || section.hasTopic()) && (!hasTimes() || section.hasTime());
    }

    private boolean hasTimes() {
        return sinceMillis != Long.MIN_VALUE || untilMillis != Long.MAX_VALUE;
    }

    boolean wantsTime(long millis) {
        return millis >= sinceMillis && millis < untilMillis;
    }

    boolean wantsSession(String state) {
        return states.stream().noneMatch(SESSION_STATES::contains) || states.contains(state);
    }

    boolean wantsMessage(String state) {
        return states.stream().noneMatch(MESSAGE_STATES::contains) || states.contains(state);
    }

    /** Whether sessions have to be looked at to know if their rows apply. */
    boolean dependsOnState() {
        return states.stream().anyMatch(SESSION_STATES::contains);
    }

    /** Whether messages have to be read to know if they apply, or to be shown. */
    boolean needsMessages() {
        return !keysOnly || topic != null || hasTimes();
    }

    boolean wantsTopic(byte[] array, int offset, int length) {
        if (topic == null) {
            return true;
        }
        try {
            return topic.matches(TopicName.of(Arrays.copyOfRange(array, offset, offset + length)));
        } catch (InvalidTopicException e) {
            return false; // No topic, so no filter covers it.
        }
    }

    /** Whether some topic is matched by both filters. */
    boolean wantsFilter(byte[] utf8) {
        if (topic == null) {
            return true;
        }
        try {
            return FilterOverlap.exists(topic, TopicFilter.parse(utf8));
        } catch (InvalidTopicException e) {
            return false; // No filter, so it matches nothing.
        }
    }
}
