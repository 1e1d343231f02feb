// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import io.holdfast.protocol.topic.InvalidTopicException.Fault;

/** The rules that topic names and topic filters have in common. */
final class TopicText {
    private TopicText() {}

    static byte[] encode(String text) {
        // measured first, so that only encoding faults are left for encode to report
        if (text.length() > Utf8.BYTES_MAX) {
            throw new InvalidTopicException(Fault.LIMIT, "more than " + Utf8.BYTES_MAX + " bytes");
        }
        try {
            return Utf8.encode(text);
        } catch (IllegalArgumentException e) {
            InvalidTopicException invalid = new InvalidTopicException(Fault.ENCODING, String.valueOf(e.getMessage()));
            invalid.initCause(e);
            throw invalid;
        }
    }

    /** 1..65,535 bytes [MQTT-4.7.3-1] [MQTT5-4.7.3-1] [MQTT-4.7.3-3] [MQTT5-4.7.3-3]. */
    static void requireLength(int byteCount) {
        if (byteCount == 0) {
            throw new InvalidTopicException(Fault.GRAMMAR, "empty topic");
        }
        if (byteCount > Utf8.BYTES_MAX) {
            throw new InvalidTopicException(Fault.LIMIT, byteCount + " bytes, at most " + Utf8.BYTES_MAX);
        }
    }

    static void requireWellFormed(int finalState) {
        if (finalState != Utf8.BETWEEN_CHARACTERS) {
            throw new InvalidTopicException(Fault.ENCODING, "ill-formed UTF-8");
        }
    }

    static void requireLevels(int levels, int levelsMax) {
        if (levels > levelsMax) {
            throw new InvalidTopicException(Fault.LIMIT, levels + " levels, at most " + levelsMax);
        }
    }
}
