// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transfer;

import io.holdfast.server.transfer.SessionsReader.Line;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.transfer.IncomingSession;
import java.util.ArrayList;
import java.util.List;

/** What the lines of one session mean to the store that takes it in. */
public final class SessionLines {
    private static final int NEVER = -1;

    private SessionLines() {}

    /** The session's own record, from its {@code session} line. */
    public static SessionRecord record(Line line, long nowMillis) {
        return SessionRecord.newBuilder()
                .setClientId(line.text("session"))
                .setProtocolLevel((int) line.number("protocol"))
                .setOwner(line.text("owner", ""))
                .setExpirySeconds(
                        line.fields().get("expirySeconds") == null ? NEVER : (int) line.number("expirySeconds"))
                .setReceiveMaximum((int) line.number("receiveMaximum", 0))
                .setPacketBytesMax((int) line.number("packetBytesMax", 0))
                .setGeneration(line.number("generation", 0))
                .setCreatedMillis(line.number("createdMillis", nowMillis))
                .setConnectedMillis(line.number("connectedMillis", 0))
                .setDisconnectedMillis(line.number("disconnectedMillis", nowMillis))
                .setSentThrough(line.number("sentThrough"))
                .build();
    }

    /** Where a session, or a group, stands: from its first line. */
    public static void cursor(IncomingSession session, Line line) {
        List<Integer> inbound = new ArrayList<>();
        int[] packetIds = line.numbers("inbound");
        for (int i = 0; packetIds != null && i < packetIds.length; i++) {
            inbound.add(packetIds[i]);
        }
        session.cursor(line.number("next"), line.number("acknowledged"), line.number("queuedBytes", 0), inbound);
    }

    public static void subscription(IncomingSession session, Line line) {
        session.subscription(
                line.text("subscription"), (int) line.number("options"), (int) line.number("identifier", 0));
    }

    public static void entry(IncomingSession session, Line line) {
        int flags = (int) line.number("qos") | (line.flag("retain") ? Delivery.RETAIN : 0);
        String group = line.text("group", "");
        IncomingSession.Source source =
                group.isEmpty() ? null : new IncomingSession.Source(group, (int) line.number("groupFlags"));
        session.entry(line.number("entry"), line.number("message"), flags, line.numbers("identifiers"), source);
        if (line.text("state", "").equals("released")) {
            session.released(line.number("entry"));
        }
    }

    public static void will(IncomingSession session, Line line) {
        WillRecord will = WillRecord.newBuilder()
                .setMessage(line.content())
                .setDelaySeconds((int) line.number("delaySeconds"))
                .build();
        session.will(will, line.number("will"));
    }
}
