// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import io.holdfast.benchmarks.load.result.Target;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a broker tells of itself in {@code $SYS/broker/}: its name and version, and if it has a store as Holdfast has,
 * what an acknowledgement means and how often it has synced.
 *
 * @param syncs syncs of its log since it started, or null when it does not tell
 * @param syncTimes how long they took; empty when it does not tell
 */
record BrokerFacts(
        String broker,
        String version,
        String durability,
        @Nullable Long syncs,
        SyncTimes syncTimes) {
    private static final BrokerFacts NONE =
            new BrokerFacts(Target.UNKNOWN, Target.UNKNOWN, Target.UNKNOWN, null, SyncTimes.parse(null));

    /** Subscribes to the topics and reads what comes; a broker that cannot be asked has told nothing. */
    static BrokerFacts ask(String host, int port) {
        try {
            return of(SysTopicsClient.read(host, port));
        } catch (IOException e) {
            return NONE; // the load itself says whether the broker can be reached
        }
    }

    static BrokerFacts of(Map<String, String> topics) {
        // "mosquitto version 2.0.11", "holdfast 0.1.0": the name first, the version last
        String told = topics.getOrDefault("$SYS/broker/version", "").trim();
        int first = told.indexOf(' ');
        return new BrokerFacts(
                told.isEmpty() ? Target.UNKNOWN : first < 0 ? told : told.substring(0, first),
                first < 0 ? Target.UNKNOWN : told.substring(told.lastIndexOf(' ') + 1),
                topics.getOrDefault("$SYS/broker/store/durability", Target.UNKNOWN),
                number(topics.get("$SYS/broker/store/syncs")),
                SyncTimes.parse(topics.get("$SYS/broker/store/sync-times")));
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
    }
}
