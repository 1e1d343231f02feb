// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges whether a history is one that a broker may cause which keeps every promise of MQTT across any crash:
 *
 * <ol>
 *   <li>owned and matched by a durable subscription made before: delivered at least once ({@link OwedRule})
 *   <li>QoS 2: exactly once, by packet ids as the protocol counts ({@link DeliveryRule})
 *   <li>order per publisher, topic and QoS; re-sends in their first order ({@link DeliveryRule})
 *   <li>session present tells whether state exists ({@link SessionTrack})
 *   <li>nothing that was not published, nothing altered ({@link DeliveryRule})
 *   <li>nothing without a matching subscription ({@link DeliveryRule})
 *   <li>retained: the last acknowledged one per topic ({@link RetainedRule})
 *   <li>a will once for an ungraceful end, never after a confirmed DISCONNECT ({@link OwedRule}, {@link DeliveryRule})
 *   <li>shared groups: each message to one member, and to another one only as the standard lets it ({@link GroupRule})
 *   <li>packet ids are not reused while the client holds them ({@link DeliveryRule})
 * </ol>
 *
 * <p>What a client could not see (an answer that died with the broker) is taken as possible both ways, so every reported
 * violation is one. Pure: reads a history, keeps nothing.
 */
public final class HistoryChecker {
    private static final int SHOWN_PER_KIND = 5;

    private HistoryChecker() {}

    /**
     * All violations of a history at whose end every durable subscriber has received all that the broker had for it.
     */
    public static List<Violation> checkDrained(List<Event> events) {
        HistoryModel model = new HistoryModel(events);
        DeliveryRule deliveries = new DeliveryRule(model);
        List<Violation> violations = new ArrayList<>(model.violations);
        violations.addAll(deliveries.check());
        violations.addAll(new RetainedRule(model).check());
        OwedRule owed = new OwedRule(model, deliveries);
        violations.addAll(owed.forbidden());
        violations.addAll(owed.missing());
        return violations;
    }

    /** What must still be delivered: empty once a run has drained, unless something is lost. */
    public static List<Violation> missing(List<Event> events) {
        HistoryModel model = new HistoryModel(events);
        DeliveryRule deliveries = new DeliveryRule(model);
        deliveries.check();
        return new OwedRule(model, deliveries).missing();
    }

    /** The topics of which a subscription made at the end of this history must be given a retained message. */
    public static Set<String> certainlyRetained(List<Event> events) {
        return new RetainedRule(new HistoryModel(events)).certain(events.size(), events.size());
    }

    /** A report for people: the number of each kind and some examples. */
    public static String report(List<Violation> violations) {
        return violations.stream().collect(Collectors.groupingBy(Violation::kind)).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue().size() + " x " + entry.getKey() + "\n"
                        + entry.getValue().stream()
                                .limit(SHOWN_PER_KIND)
                                .map(violation -> "    " + violation + "\n")
                                .collect(Collectors.joining()))
                .collect(Collectors.joining());
    }
}
