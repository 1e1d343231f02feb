// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.server.session.SessionCopy;
import io.holdfast.server.session.SessionInspection;
import io.holdfast.server.transfer.SessionsWriter;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one session of the running broker into a file, as {@code store export} would. Its shard gives a copy of it between
 * two groups; what the queue holds on disk only, subscriptions and messages are read here. Messages that the client has
 * settled since then, and whose rows are gone, are done with in the file too.
 */
final class SessionExportOperation {
    /** What is written from memory: more takes 'store export', which works beside a running broker and needs none. */
    static final int ENTRIES_MAX = 100_000;

    private static final int ATTEMPTS = 3;

    private final AdminLife life;
    private final RowReader store;

    SessionExportOperation(AdminLife life) {
        this.life = life;
        store = life.store();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(long index, long delivery, int @Nullable [] beside) {}

    Map<String, @Nullable Object> run(String client, AdminRequest request) {
        Path file = TransferFile.path(request.allow("to"), "to", "the file to make");
        SessionCopy copy = copy(client);
        List<Entry> entries = entries(copy);
        for (int attempt = 1; entries == null; attempt++) {
            if (attempt == ATTEMPTS) {
                throw new AdminException(
                        AdminException.CONFLICT, "the client takes its queue faster than it can be written; try again");
            }
            copy = copy(client);
            entries = entries(copy);
        }
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("client", client);
        tree.put("file", file.toString());
        tree.put("messages", write(file, copy, entries));
        return tree;
    }

    private SessionCopy copy(String client) {
        SessionCopy copy =
                new Shards(life).ofClient(client, (shard, answer) -> new SessionInspection(shard).copy(client, answer));
        if (copy.state().unsettledCount() > ENTRIES_MAX) {
            throw new AdminException(
                    AdminException.CONFLICT,
                    "the session is owed more than " + ENTRIES_MAX
                            + " messages; 'holdfast store export --client' writes"
                            + " it, beside a running broker too");
        }
        return copy;
    }

    /** What the session is owed; null when a part of its queue on disk was settled and removed meanwhile. */
    private @Nullable List<Entry> entries(SessionCopy copy) {
        List<Entry> entries = new ArrayList<>();
        boolean[] gone = new boolean[1];
        QueueWalk.forEach(store, copy.state(), new QueueWalk.Visitor() {
            @Override
            public void entry(long index, long delivery, int @Nullable [] beside) {
                entries.add(new Entry(index, delivery, beside));
            }

            @Override
            public void missing(long from, long to) {
                gone[0] = true;
            }

            @Override
            public void damaged(DamagedRowException row) {
                throw row;
            }
        });
        return gone[0] ? null : entries;
    }

    // ---- writing

    private long write(Path file, SessionCopy copy, List<Entry> entries) {
        try (Writer out = TransferFile.create(file)) {
            long written = write(new SessionsWriter(out), copy, entries);
            TransferFile.sync(file, out);
            return written;
        } catch (IOException e) {
            throw new AdminException(AdminException.CONFLICT, "cannot write " + file + ": " + e);
        }
    }

    private long write(SessionsWriter lines, SessionCopy copy, List<Entry> entries) throws IOException {
        lines.head(storeId(), life.nowMillis());
        long[] ids = messages(lines, entries);
        SessionRecord record = record(copy);
        lines.session(record, copy.state());
        subscriptions(lines, copy.number());
        will(lines, copy, record);
        long count = 0;
        for (Entry entry : entries) {
            int place = Arrays.binarySearch(ids, Delivery.messageId(entry.delivery()));
            if (place >= 0) {
                count++;
                lines.entry(
                        copy.state(),
                        record.getSentThrough(),
                        entry.index(),
                        entry.delivery(),
                        place + 1L,
                        entry.beside(),
                        group(entry));
            }
        }
        lines.end(ids.length, 1, count);
        return count;
    }

    private String storeId() throws InvalidProtocolBufferException {
        byte[] row = store.get(Table.META, MetaRow.STORE.key());
        return row == null
                ? ""
                : HexFormat.of().formatHex(StoreMeta.parseFrom(row).getStoreId().toByteArray());
    }

    /** Writes each message once, in the order of their ids, which are returned. */
    private long[] messages(SessionsWriter lines, List<Entry> entries) throws IOException {
        long[] wanted = entries.stream()
                .mapToLong(entry -> Delivery.messageId(entry.delivery()))
                .sorted()
                .distinct()
                .toArray();
        int found = 0;
        for (long id : wanted) {
            byte[] row = store.get(Table.MESSAGE, Keys.number(id));
            if (row != null) {
                wanted[found++] = id;
                lines.message("message", found, StoredMessage.parseFrom(row));
            }
        }
        return Arrays.copyOf(wanted, found);
    }

    /** The session as if its connection had ended now: whatever its window may hold may have been sent. */
    private SessionRecord record(SessionCopy copy) throws InvalidProtocolBufferException {
        byte[] row = store.get(Table.SESSION, Keys.number(copy.number()));
        if (row == null) {
            throw new AdminException(AdminException.NOT_FOUND, "the session has ended");
        }
        SessionRecord record = SessionRecord.parseFrom(row);
        long sent = Math.max(record.getSentThrough(), copy.sentThrough());
        if (!copy.connected() && record.getDisconnectedMillis() != 0) {
            return record.toBuilder().setSentThrough(sent).build();
        }
        long mayBeSent = Math.min(copy.state().next(), copy.state().acknowledged() + IndexSpace.STANDARD.span());
        return record.toBuilder()
                .setSentThrough(Math.max(sent, mayBeSent))
                .setDisconnectedMillis(life.nowMillis())
                .build();
    }

    private void subscriptions(SessionsWriter lines, long number) throws IOException {
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
            while (rows.next()) {
                String filter = new String(Keys.subscriptionFilter(rows.key()), StandardCharsets.UTF_8);
                lines.subscription(filter, SubscriptionRecord.parseFrom(rows.record()));
            }
        }
    }

    private void will(SessionsWriter lines, SessionCopy copy, SessionRecord record) throws IOException {
        byte[] row = store.get(Table.WILL, Keys.number(copy.number()));
        if (row != null) {
            WillRecord will = WillRecord.parseFrom(row);
            long delay = Integer.toUnsignedLong(will.getDelaySeconds());
            long due = copy.connected() ? life.nowMillis() + delay * 1_000 : record.getWillDueMillis();
            lines.will(will.getMessage(), delay, due);
        }
    }

    /** The filter of the shared group that an entry came through; null for none. */
    private @Nullable String group(Entry entry) throws InvalidProtocolBufferException {
        if (!Origin.isShared(entry.delivery()) || entry.beside() == null) {
            return null;
        }
        byte[] row = store.get(Table.SESSION, Keys.number(Origin.group(entry.beside())));
        String filter = row == null ? "" : SessionRecord.parseFrom(row).getSharedFilter();
        return filter.isEmpty() ? null : filter;
    }
}
