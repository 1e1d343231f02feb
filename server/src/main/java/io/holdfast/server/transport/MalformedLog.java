// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.metrics.SampledLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Packets that are none, a line a minute for each class of them: its type and the reason code it is refused with. So a flood
 * of one sort neither fills the disk nor hides another sort, and what strangers send can make no more classes than the
 * standard has names for. Any thread.
 */
final class MalformedLog {
    private final Logger log;
    private final Map<PacketClass, SampledLog> packets = new ConcurrentHashMap<>();
    private final Map<Envelope, SampledLog> envelopes = new ConcurrentHashMap<>();

    /** What packets may come in. */
    enum Envelope {
        WEBSOCKET_REQUEST,
        WEBSOCKET_FRAME,
        PROXY_HEADER,
        STRANGER_TO_PROXY_PROTOCOL
    }

    private record PacketClass(@Nullable PacketType type, ReasonCode reason) {}

    MalformedLog(Logger log) {
        this.log = log;
    }

    /**
     * A connection ends for this; logged, or only counted for the next line.
     *
     * @param type null for what names no type
     * @param who address and, where it is known, client identifier
     */
    void event(@Nullable PacketType type, MalformedPacketException e, Supplier<String> who) {
        packets.computeIfAbsent(new PacketClass(type, e.reasonCode()), made -> new SampledLog(log))
                .event(() -> sentence(type, e), who);
    }

    /** A connection ends for what should have held packets. */
    void event(Envelope envelope, Supplier<String> what, Supplier<String> who) {
        envelopes.computeIfAbsent(envelope, made -> new SampledLog(log)).event(what, who);
    }

    private static String sentence(@Nullable PacketType type, MalformedPacketException e) {
        return "malformed packet: " + (type == null ? "no packet type" : type) + ", " + e.getMessage() + " ("
                + e.reasonCode() + "),";
    }
}
