// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.transfer.IncomingSession;
import io.holdfast.storage.transfer.StoreIntake;
import io.holdfast.tools.store.LongWork;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the lines of an export into a store. */
final class SessionImport implements SessionsReader.Visitor {
    private static final int NEVER = -1;

    private final StoreIntake intake;
    private final long owed;
    private final boolean replaceRetained;
    private final LongWork progress;
    private @Nullable IncomingSession session;
    private long retainedKept;

    /**
     * A writer.
     *
     * @param owed how many entries the file has
     * @param replaceRetained whether its retained messages win over the store's own
     */
    SessionImport(StoreIntake intake, long owed, boolean replaceRetained, LongWork progress) {
        this.intake = intake;
        this.owed = owed;
        this.replaceRetained = replaceRetained;
        this.progress = progress;
    }

    /** The last line was read. */
    void end() {
        finish();
        intake.complete();
    }

    /** How many retained messages were left out, as the store has its own under their topics. */
    long retainedKept() {
        return retainedKept;
    }

    @Override
    public void message(SessionsReader.Line line) {
        progress.step();
        intake.message(line.content());
    }

    @Override
    public void retained(SessionsReader.Line line) {
        progress.step();
        retainedKept += intake.retained(line.content(), replaceRetained) ? 0 : 1;
    }

    @Override
    public void endOfMessages() {
        intake.endOfMessages(owed);
    }

    @Override
    public void group(SessionsReader.Line line) {
        finish();
        begin(intake.group(line.text("group"), line.number("createdMillis")), line, List.of());
    }

    @Override
    public void session(SessionsReader.Line line) {
        finish();
        SessionRecord record = SessionRecord.newBuilder()
                .setClientId(line.text("session"))
                .setProtocolLevel((int) line.number("protocol"))
                .setOwner(line.text("owner", ""))
                .setExpirySeconds(
                        line.fields().get("expirySeconds") == null ? NEVER : (int) line.number("expirySeconds"))
                .setReceiveMaximum((int) line.number("receiveMaximum", 0))
                .setPacketBytesMax((int) line.number("packetBytesMax", 0))
                .setGeneration(line.number("generation", 0))
                .setCreatedMillis(line.number("createdMillis", intake.nowMillis()))
                .setConnectedMillis(line.number("connectedMillis", 0))
                .setDisconnectedMillis(line.number("disconnectedMillis", intake.nowMillis()))
                .setSentThrough(line.number("sentThrough"))
                .build();
        List<Integer> inbound = new ArrayList<>();
        int[] packetIds = line.numbers("inbound");
        for (int i = 0; packetIds != null && i < packetIds.length; i++) {
            inbound.add(packetIds[i]);
        }
        begin(intake.session(record), line, inbound);
    }

    private void begin(IncomingSession begun, SessionsReader.Line line, List<Integer> inbound) {
        progress.step();
        session = begun;
        begun.cursor(line.number("next"), line.number("acknowledged"), line.number("queuedBytes", 0), inbound);
    }

    private void finish() {
        if (session != null) {
            session.finish();
            session = null;
        }
    }

    private IncomingSession session() {
        if (session == null) {
            throw new IllegalArgumentException("belongs to no session");
        }
        return session;
    }

    @Override
    public void subscription(SessionsReader.Line line) {
        session().subscription(line.text("subscription"), (int) line.number("options"), (int)
                line.number("identifier", 0));
    }

    @Override
    public void entry(SessionsReader.Line line) {
        int flags = (int) line.number("qos") | (line.flag("retain") ? Delivery.RETAIN : 0);
        String group = line.text("group", "");
        IncomingSession.Source source =
                group.isEmpty() ? null : new IncomingSession.Source(group, (int) line.number("groupFlags"));
        session().entry(line.number("entry"), line.number("message"), flags, line.numbers("identifiers"), source);
        if (line.text("state", "").equals("released")) {
            session().released(line.number("entry"));
        }
    }

    @Override
    public void will(SessionsReader.Line line) {
        WillRecord will = WillRecord.newBuilder()
                .setMessage(line.content())
                .setDelaySeconds((int) line.number("delaySeconds"))
                .build();
        session().will(will, line.number("will"));
    }
}
