// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.server.transfer.SessionLines;
import io.holdfast.server.transfer.SessionsReader;
import io.holdfast.storage.transfer.IncomingSession;
import io.holdfast.storage.transfer.StoreIntake;
import io.holdfast.tools.store.LongWork;
import org.jspecify.annotations.Nullable;

/** Writes the lines of an export into a store. */
final class SessionImport implements SessionsReader.Visitor {
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
        begin(intake.group(line.text("group"), line.number("createdMillis")), line);
    }

    @Override
    public void session(SessionsReader.Line line) {
        finish();
        begin(intake.session(SessionLines.record(line, intake.nowMillis())), line);
    }

    private void begin(IncomingSession begun, SessionsReader.Line line) {
        progress.step();
        session = begun;
        SessionLines.cursor(begun, line);
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
        SessionLines.subscription(session(), line);
    }

    @Override
    public void entry(SessionsReader.Line line) {
        SessionLines.entry(session(), line);
    }

    @Override
    public void will(SessionsReader.Line line) {
        SessionLines.will(session(), line);
    }
}
