// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.transfer;

import io.holdfast.storage.commit.IntakeOp;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A session that comes into a running broker, in one group: all of it is there, or nothing. Until then its client must be
 * kept away. Made and {@linkplain #rehearse tried} on any thread, applied on the commit thread.
 */
public final class LiveIntake extends IntakeOp implements Intake {
    private final long number;
    private final SessionRecord record;
    private final List<Message> messages;
    private final Consumer<IncomingSession> content;
    private final Function<byte[], Object> parser;
    private final long[] ids;
    private boolean rehearsing;
    private long entries;
    private long lastId;

    /**
     * A session.
     *
     * @param number one that was never used
     * @param messages those that it waits for, in the order of their places
     * @param content says everything of it: cursor, subscriptions, entries, will. Called twice
     * @param parser of topic filters, into what the subscription tree takes
     */
    public LiveIntake(
            long number,
            SessionRecord record,
            List<Message> messages,
            Consumer<IncomingSession> content,
            Function<byte[], Object> parser) {
        this.number = number;
        this.record = record;
        this.messages = List.copyOf(messages);
        this.content = content;
        this.parser = parser;
        ids = new long[messages.size()];
    }

    /**
     * Goes through everything without writing: what is wrong with it must not end a broker.
     *
     * @throws IllegalArgumentException with a sentence on what is wrong
     */
    public void rehearse() {
        rehearsing = true;
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i + 1L;
        }
        session();
        rehearsing = false;
    }

    @Override
    protected void build() {
        entries = 0;
        lastId = previousPosition();
        for (int i = 0; i < ids.length; i++) {
            Message message = messages.get(i);
            ids[i] = message(message);
            lastId = ids[i];
        }
        session();
    }

    private void session() {
        byte[] client = ClientRecord.newBuilder().setSession(number).build().toByteArray();
        put(Table.CLIENT, Keys.text(StoreIntake.utf8(record.getClientId())), client);
        IncomingSession session = new IncomingSession(this, number, record);
        content.accept(session);
        session.finish();
    }

    public long number() {
        return number;
    }

    public SessionRecord record() {
        return record;
    }

    /** How many messages the session is owed. */
    public long entries() {
        return entries;
    }

    // ---- for the session

    @Override
    public void put(Table table, byte[] key, byte[] row) {
        if (!rehearsing) {
            super.put(table, key, row);
        }
    }

    @Override
    public void subscribe(long session, String filter, int options, int identifier) {
        byte[] utf8 = StoreIntake.utf8(filter);
        Object parsed = parser.apply(utf8);
        if (!rehearsing && !StoreIntake.isShared(filter)) { // Shared ones join by a step of their own.
            subscribe(session, parsed, utf8, options, identifier);
        }
    }

    @Override
    public long messageId(long ordinal) {
        if (ordinal < 1 || ordinal > ids.length) {
            throw new IllegalArgumentException("there is no message " + ordinal + ", of " + ids.length);
        }
        return ids[(int) ordinal - 1];
    }

    @Override
    public void owed(long messageId) {
        entries++;
        if (!rehearsing) {
            super.owed(messageId);
        }
    }

    @Override
    public @Nullable Long groupNumber(String sharedFilter) {
        return null; // What a group had given to the session stays with it.
    }

    @Override
    public long appendsThrough() {
        return lastId;
    }

    @Override
    public long eventsThrough() {
        return rehearsing ? 0 : previousPosition();
    }
}
