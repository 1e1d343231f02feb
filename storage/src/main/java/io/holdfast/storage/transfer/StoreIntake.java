// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.transfer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.commit.SharedOps;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.LogEntry;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.RetainedRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.TopicStub;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes sessions with what they are owed into a store, as a checkpoint of each: rows that need no log behind them.
 *
 * <p>First all messages: they take the ids behind the end of the log, in the order they come. Then one log row, which makes
 * them one group without recipients, and which all sessions name as the end of what their rows hold. Then the sessions,
 * under new numbers but with the indexes they had: the packet identifiers follow from these, so a client may go on in the
 * middle of an exchange. Nothing but the entries of one fragment is kept in memory.
 *
 * <p>What is interrupted in between leaves rows that nobody owns, so this is for a copy that takes the store's place once
 * it is complete. Not thread-safe.
 */
public final class StoreIntake implements Intake, AutoCloseable {
    private static final int BATCH_BYTES = 1 << 20;
    private static final String SHARE = "$share/";
    private static final int NEVER_EXPIRES = -1;

    private final StoreFolder folder;
    private final RowBatch batch = new RowBatch();
    private final Map<String, Long> groups = new HashMap<>();
    private final long head;
    private final long queuedBefore;
    private final long nowMillis;
    private final NextSession nextSession;
    private long nextSequence;
    private long messages;
    private long position;

    private StoreIntake(StoreFolder folder) throws InvalidProtocolBufferException {
        this.folder = folder;
        LogTail tail = new LogTail(folder.rows(), 1, number -> 0).run();
        head = tail.position();
        queuedBefore = tail.queued();
        nowMillis = Math.max(tail.lastTimeMillis(), System.currentTimeMillis());
        byte[] next = folder.rows().get(Table.META, MetaRow.NEXT_SESSION.key());
        nextSession = next == null ? NextSession.getDefaultInstance() : NextSession.parseFrom(next);
        nextSequence = Math.max(1, nextSession.getSequence());
        knowGroups();
        batch.delete(Table.META, MetaRow.CLEAN_STOP.key()); // What it counted is true no longer.
    }

    /**
     * Opens a store for writing; an older one is upgraded by that.
     *
     * @throws StoreException when it cannot be used
     */
    public static StoreIntake open(Path path) {
        StoreFolder folder = StoreFolder.open(path, StoreOptions.defaults());
        try {
            return new StoreIntake(folder);
        } catch (InvalidProtocolBufferException e) {
            folder.close();
            throw new StoreException("a row of table default in " + path + " cannot be read", e);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private void knowGroups() throws InvalidProtocolBufferException {
        try (RowCursor rows = folder.rows().cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                try {
                    SessionRecord record = SessionRecord.parseFrom(rows.record());
                    if (!record.getSharedFilter().isEmpty()) {
                        groups.put(record.getSharedFilter(), Keys.number(rows.key()));
                    }
                } catch (DamagedRowException e) {
                    throw new StoreException("the store is damaged, so nothing is added: " + e.getMessage(), e);
                }
            }
        }
    }

    /** The time that counts as now, milliseconds since 1970. */
    public long nowMillis() {
        return nowMillis;
    }

    /** Whether a client has a session here. */
    public boolean hasClient(String clientId) {
        return folder.rows().get(Table.CLIENT, Keys.text(utf8(clientId))) != null;
    }

    /** Whether there is a shared group of this filter, {@code $share/ShareName/filter}. */
    public boolean hasGroup(String sharedFilter) {
        return groups.containsKey(sharedFilter);
    }

    /** Adds a message; the n-th call, from 1, makes the message that {@link IncomingSession#entry} names by n. */
    public void message(StoredMessage message) {
        put(
                Table.MESSAGE,
                Keys.number(head + ++messages),
                withoutPublisher(message).toByteArray());
    }

    /**
     * Adds a retained message; it counts as one of the messages. What the store retains under that topic stays, unless it
     * is to be replaced.
     *
     * @return whether it was taken
     */
    public boolean retained(StoredMessage message, boolean replace) {
        messages++;
        byte[] key = Keys.text(message.getTopic().toByteArray());
        if (!replace && folder.rows().get(Table.RETAINED, key) != null) {
            return false;
        }
        RetainedRecord row = RetainedRecord.newBuilder()
                .setMessageId(head + messages)
                .setMessage(withoutPublisher(message))
                .build();
        put(Table.RETAINED, key, row.toByteArray());
        return true;
    }

    /** Its number means another session here, or none. */
    private static StoredMessage withoutPublisher(StoredMessage message) {
        return message.getPublisher() == 0
                ? message
                : message.toBuilder().setPublisher(0).build();
    }

    /**
     * All messages are there: sessions may come.
     *
     * @param owed how many messages these sessions will be owed together
     */
    public void endOfMessages(long owed) {
        if (messages > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("more messages than one group can have: " + messages);
        }
        position = head + messages + 1;
        LogEntry entry = LogEntry.newBuilder()
                .setMessages((int) messages)
                .setTimeMillis(nowMillis)
                .setQueued(queuedBefore + owed)
                .build();
        put(Table.LOG, Keys.number(position), entry.toByteArray());
    }

    @Override
    public long messageId(long ordinal) {
        if (ordinal < 1 || ordinal > messages) {
            throw new IllegalArgumentException("there is no message " + ordinal + ", of " + messages);
        }
        return head + ordinal;
    }

    /** The log row behind which the sessions' rows go on. */
    @Override
    public long appendsThrough() {
        return position;
    }

    @Override
    public long eventsThrough() {
        return position;
    }

    @Override
    public void owed(long messageId) {
        // The log row has said how many there are; a start counts them by message.
    }

    @Override
    public void subscribe(long number, String filter, int options, int identifier) {
        SubscriptionRecord.Builder row =
                SubscriptionRecord.newBuilder().setOptions(options).setIdentifier(identifier);
        if (isShared(filter)) {
            row.setGroup(joined(filter));
        }
        put(
                Table.SUBSCRIPTION,
                Keys.subscription(number, utf8(filter)),
                row.build().toByteArray());
        stub(filter);
    }

    /** A client's session; it exists once it is finished. */
    public IncomingSession session(SessionRecord record) {
        long number = nextNumber(record.getClientId());
        byte[] client = ClientRecord.newBuilder().setSession(number).build().toByteArray();
        put(Table.CLIENT, Keys.text(utf8(record.getClientId())), client);
        return new IncomingSession(this, number, record);
    }

    /** A shared group with its queue. */
    public IncomingSession group(String sharedFilter, long createdMillis) {
        long number = nextNumber(sharedFilter);
        groups.put(sharedFilter, number);
        ownSubscription(number, sharedFilter);
        return new IncomingSession(this, number, groupRecord(sharedFilter, createdMillis));
    }

    /** The number of a shared group, which is made when nobody has it. */
    private long joined(String sharedFilter) {
        Long known = groups.get(sharedFilter);
        if (known != null) {
            return known;
        }
        long number = nextNumber(sharedFilter);
        groups.put(sharedFilter, number);
        put(
                Table.SESSION,
                Keys.number(number),
                groupRecord(sharedFilter, nowMillis).toByteArray());
        ownSubscription(number, sharedFilter);
        return number;
    }

    @Override
    public @Nullable Long groupNumber(String sharedFilter) {
        return groups.get(sharedFilter);
    }

    private static SessionRecord groupRecord(String sharedFilter, long createdMillis) {
        return SessionRecord.newBuilder()
                .setSharedFilter(sharedFilter)
                .setExpirySeconds(NEVER_EXPIRES)
                .setCreatedMillis(createdMillis)
                .build();
    }

    private void ownSubscription(long number, String sharedFilter) {
        String inner = inner(sharedFilter);
        SubscriptionRecord row = SubscriptionRecord.newBuilder()
                .setOptions(SharedOps.GROUP_OPTIONS)
                .build();
        put(Table.SUBSCRIPTION, Keys.subscription(number, utf8(inner)), row.toByteArray());
        stub(inner);
    }

    static boolean isShared(String filter) {
        return filter.startsWith(SHARE);
    }

    static String inner(String filter) {
        return isShared(filter) ? filter.substring(filter.indexOf('/', SHARE.length()) + 1) : filter;
    }

    /** Notes that a filter is in use. */
    private void stub(String filter) {
        byte[] key = Keys.text(utf8(inner(filter)));
        if (folder.rows().get(Table.TOPIC, key) == null) {
            TopicStub stub = TopicStub.newBuilder()
                    .setFirstSeenMillis(nowMillis)
                    .setLastUsedMillis(nowMillis)
                    .build();
            put(Table.TOPIC, key, stub.toByteArray());
        }
    }

    private long nextNumber(String name) {
        long number = SessionNumbers.of(nextSequence++, name);
        NextSession next = nextSession.toBuilder().setSequence(nextSequence).build();
        put(Table.META, MetaRow.NEXT_SESSION.key(), next.toByteArray());
        return number;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void put(Table table, byte[] key, byte[] record) {
        batch.put(table, key, record);
        if (batch.size() >= BATCH_BYTES) {
            write();
        }
    }

    private void write() {
        folder.rows().write(batch);
        batch.clear();
    }

    /** Everything is there; on disk when this returns. */
    public void complete() {
        if (position == 0) {
            throw new IllegalStateException("the messages were not ended");
        }
        write();
        folder.rows().syncDevice();
        folder.rows().flush();
    }

    @Override
    public void close() {
        folder.close();
    }
}
