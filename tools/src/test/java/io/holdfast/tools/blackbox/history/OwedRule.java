// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static io.holdfast.tools.blackbox.history.HistoryModel.NEVER;

import io.holdfast.tools.blackbox.history.Violation.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * What a drained history must hold: every owned QoS 1 and 2 message at every durable subscription that was made before it,
 * every will of an ungraceful end likewise, and no will of any other end. What groups are owed is {@link GroupRule}'s.
 */
public final class OwedRule {
    /** Topics of wills whose delay is longer than any history: the session is back in time, so that none may come. */
    public static final String DELAYED_WILLS = "late/";

    /** Topics of messages that expire while they wait: nobody can tell which are still owed. */
    static final String EXPIRING = "x/";

    private final HistoryModel model;
    private final DeliveryRule deliveries;

    /** {@code deliveries} has been checked already. */
    OwedRule(HistoryModel model, DeliveryRule deliveries) {
        this.model = model;
        this.deliveries = deliveries;
    }

    List<Violation> missing() {
        List<Violation> violations = new ArrayList<>();
        for (Publication publication : model.publications.values()) {
            if (publication.message.qos() > 0
                    && !publication.message.topic().startsWith(EXPIRING)
                    && !publication.clears()
                    && publication.ownedAt != NEVER) {
                owe(publication, Kind.LOST, violations);
            }
        }
        for (ConnectionLife life : model.connections) {
            if (life.will.isPresent() && !delayed(life.will.get()) && life.endedUngracefully()) {
                owe(life.will.get(), Kind.WILL_LOST, violations);
            }
        }
        violations.addAll(deliveries.groups().missing());
        return violations;
    }

    /** Wills that no end of their connection allows. */
    List<Violation> forbidden() {
        List<Violation> violations = new ArrayList<>();
        for (ConnectionLife life : model.connections) {
            if (life.will.isEmpty()) {
                continue;
            }
            Publication will = life.will.get();
            if (will.firstReceivedAt != NEVER && delayed(will)) {
                violations.add(new Violation(
                        Kind.WILL_WRONG, will.firstReceivedAt, will + ": its delay had not passed [MQTT5-3.1.3-9]"));
            } else if (will.firstReceivedAt != NEVER && (life.endedWithoutWill() || life.open())) {
                String end = life.open() ? "the connection is open" : "it ended with DISCONNECT or a refusal";
                violations.add(new Violation(
                        Kind.WILL_WRONG, will.firstReceivedAt, will + ", connection " + life.connection + ": " + end));
            }
        }
        return violations;
    }

    private static boolean delayed(Publication will) {
        return will.message.topic().startsWith(DELAYED_WILLS);
    }

    private void owe(Publication publication, Kind kind, List<Violation> violations) {
        for (List<Span> spans : model.spans.values()) {
            for (Span span : spans) {
                if (!span.isShared()
                        && span.mustHaveSeen(publication)
                        && span.matches(publication)
                        && Math.min(span.lowestQos(publication), publication.message.qos()) > 0
                        && !deliveries.receiver(span.client).hasReceived(publication.key)) {
                    violations.add(new Violation(
                            kind,
                            model.events.size(),
                            publication + " at " + publication.firstCall + " never reached " + span.client + " ('"
                                    + span.filter + "' since " + span.establishedAt() + ")"));
                }
            }
        }
    }
}
