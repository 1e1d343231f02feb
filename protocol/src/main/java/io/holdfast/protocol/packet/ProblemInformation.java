// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** The Reason String and the User Properties of an answer: what helps a person and may always be left out. */
public final class ProblemInformation {
    private ProblemInformation() {}

    /** The same packet without; itself when it has none or is no answer of a server. */
    public static Packet strip(Packet packet) {
        return switch (packet.type()) {
            case CONNACK -> {
                ConnAck p = (ConnAck) packet;
                yield isIn(p.properties())
                        ? new ConnAck(p.sessionPresent(), p.reasonCode(), strip(p.properties()))
                        : packet;
            }
            case PUBACK -> {
                PubAck p = (PubAck) packet;
                yield isIn(p.properties()) ? new PubAck(p.packetId(), p.reasonCode(), strip(p.properties())) : packet;
            }
            case PUBREC -> {
                PubRec p = (PubRec) packet;
                yield isIn(p.properties()) ? new PubRec(p.packetId(), p.reasonCode(), strip(p.properties())) : packet;
            }
            case PUBREL -> {
                PubRel p = (PubRel) packet;
                yield isIn(p.properties()) ? new PubRel(p.packetId(), p.reasonCode(), strip(p.properties())) : packet;
            }
            case PUBCOMP -> {
                PubComp p = (PubComp) packet;
                yield isIn(p.properties()) ? new PubComp(p.packetId(), p.reasonCode(), strip(p.properties())) : packet;
            }
            case SUBACK -> {
                SubAck p = (SubAck) packet;
                yield isIn(p.properties()) ? new SubAck(p.packetId(), p.reasonCodes(), strip(p.properties())) : packet;
            }
            case UNSUBACK -> {
                UnsubAck p = (UnsubAck) packet;
                yield isIn(p.properties())
                        ? new UnsubAck(p.packetId(), p.reasonCodes(), strip(p.properties()))
                        : packet;
            }
            case DISCONNECT -> {
                Disconnect p = (Disconnect) packet;
                yield isIn(p.properties()) ? new Disconnect(p.reasonCode(), strip(p.properties())) : packet;
            }
            case AUTH -> {
                Auth p = (Auth) packet;
                yield isIn(p.properties()) ? new Auth(p.reasonCode(), strip(p.properties())) : packet;
            }
            default -> packet;
        };
    }

    private static boolean isIn(Properties properties) {
        return properties.contains(Property.REASON_STRING) || properties.contains(Property.USER_PROPERTY);
    }

    private static Properties strip(Properties properties) {
        return properties.toBuilder().withoutProblemInformation().build();
    }
}
