// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.history.FilterMatch;
import io.holdfast.tools.blackbox.history.Payload;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What MQTT 5 adds to a message in a campaign, and what must be true of it where it arrives, however often the broker was
 * killed in between. Told apart by names: publishers whose name holds {@value #MARK} speak MQTT 5.
 */
final class Extras {
    /** In the names of clients that speak MQTT 5. */
    static final String MARK = "-v5";

    /** Topics of messages that expire after a second, so that they may be missing but never be late. */
    static final String EXPIRING = "x/";

    private static final int CONTENT_TYPE = 0x03;
    private static final long LONG_SECONDS = 3_600;
    private static final long SHORT_SECONDS = 1;

    /** How long after its expiry a delivery may still be read: it had begun, and the machine may stand still meanwhile. */
    private static final long LATE_MILLIS_MAX = 40_000;

    private Extras() {}

    /** The properties of a message that is sent now. */
    static WireProperties of(String topic, String id, long nowMillis) {
        boolean expiring = topic.startsWith(EXPIRING);
        long seconds = expiring ? SHORT_SECONDS : LONG_SECONDS;
        return WireProperties.none()
                .number(WireProperties.MESSAGE_EXPIRY, seconds)
                .user("id", id)
                .text(CONTENT_TYPE, "kill/" + id)
                .user("until", Long.toString(nowMillis + 1_000 * seconds))
                .user("id", id);
    }

    /**
     * Judges a PUBLISH that a subscriber of MQTT 5 read; says what is wrong.
     *
     * @param filters the filters that it has asked for, the n-th with Subscription Identifier n + 1
     */
    static Optional<String> judge(WirePacket packet, List<String> filters, long nowMillis) {
        Map<Integer, List<Object>> properties = packet.properties();
        for (Object identifier : properties.getOrDefault(WireProperties.SUBSCRIPTION_ID, List.of(0L))) {
            int index = ((Long) identifier).intValue() - 1;
            if (index < 0 || index >= filters.size() || !FilterMatch.matches(filters.get(index), packet.topic())) {
                return Optional.of(packet + " with subscription identifier " + identifier + " [MQTT5-3.3.4-3]");
            }
        }
        String id = Payload.of(packet.payload()).id();
        if (!id.contains(MARK) || id.startsWith("will")) {
            return Optional.empty();
        }
        List<Object> user = properties.getOrDefault(WireProperties.USER_PROPERTY, List.of());
        List<Object> contentType = properties.getOrDefault(CONTENT_TYPE, List.of());
        List<Object> expiry = properties.getOrDefault(WireProperties.MESSAGE_EXPIRY, List.of());
        if (user.size() != 3 || !user.get(0).equals("id=" + id) || !user.get(2).equals("id=" + id)) {
            return Optional.of(packet + " with user properties " + user + " [MQTT5-3.3.2-17] [MQTT5-3.3.2-18]");
        }
        if (!contentType.equals(List.of("kill/" + id))) {
            return Optional.of(packet + " with content type " + contentType + " [MQTT5-3.3.2-20]");
        }
        long sent = packet.topic().startsWith(EXPIRING) ? SHORT_SECONDS : LONG_SECONDS;
        if (expiry.size() != 1 || (Long) expiry.get(0) > sent) {
            return Optional.of(packet + " with message expiry " + expiry + " [MQTT5-3.3.2-6]");
        }
        long until = Long.parseLong(((String) user.get(1)).substring("until=".length()));
        boolean late = nowMillis > until + LATE_MILLIS_MAX;
        // what was begun before is finished, however late
        return late && !packet.dup()
                ? Optional.of(packet + " came " + (nowMillis - until) + " ms after its expiry [MQTT5-3.3.2-5]")
                : Optional.empty();
    }
}
