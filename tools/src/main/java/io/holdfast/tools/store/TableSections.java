// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.record.RetainedRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.TimerRecord;
import io.holdfast.storage.record.TopicStub;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The sections that tell rows as they are: these are never behind the log. */
final class TableSections {
    // The Subscription Options byte of the wire, MQTT 5 3.8.3.1; bits above are the broker's own.
    private static final int QOS_MASK = 0b11;
    private static final int NO_LOCAL = 1 << 2;
    private static final int RETAIN_AS_PUBLISHED = 1 << 3;
    private static final int RETAIN_HANDLING_SHIFT = 4;

    private final RowReader store;
    private final StoredSessions sessions;
    private final Selection selection;
    private final DumpOutput out;
    private final Damage damage;
    private final LongWork progress;

    TableSections(
            RowReader store,
            StoredSessions sessions,
            Selection selection,
            DumpOutput out,
            Damage damage,
            LongWork progress) {
        this.store = store;
        this.sessions = sessions;
        this.selection = selection;
        this.out = out;
        this.damage = damage;
        this.progress = progress;
    }

    private interface RowPrinter {
        void print(RowCursor row) throws IOException;
    }

    private void forEach(Table table, byte[] from, byte[] to, RowPrinter printer) throws IOException {
        List<DamagedRowException> hidden = new ArrayList<>();
        try (RowCursor rows = store.cursor(table, from, to)) {
            while (rows.nextReadable(hidden::add)) {
                progress.step();
                try {
                    printer.print(rows);
                } catch (DamagedRowException e) {
                    damage.row(e);
                }
            }
        }
        for (DamagedRowException stretch : hidden) {
            damage.row(stretch);
        }
    }

    void subscriptions() throws IOException {
        forEach(Table.SUBSCRIPTION, sessions.from(), sessions.to(), row -> {
            SubscriptionRecord subscription = Damage.parse(Table.SUBSCRIPTION, row, SubscriptionRecord.parser());
            long number = Keys.number(row.key());
            byte[] filter = Keys.subscriptionFilter(row.key());
            if (!sessions.wants(number) || !selection.wantsFilter(filter)) {
                return;
            }
            String client = sessions.clientId(number);
            int options = subscription.getOptions();
            out.number(number);
            out.text(client);
            out.number(options & QOS_MASK);
            out.flag((options & NO_LOCAL) != 0);
            out.flag((options & RETAIN_AS_PUBLISHED) != 0);
            out.number((options >>> RETAIN_HANDLING_SHIFT) & QOS_MASK);
            out.number(subscription.getIdentifier());
            out.flag(subscription.getOwed());
            out.text(utf8(filter));
            out.endRow();
        });
    }

    void retained() throws IOException {
        if (!sessions.wantsAll()) {
            return;
        }
        forEach(Table.RETAINED, Keys.text(new byte[0]), Keys.end(), row -> {
            RetainedRecord retained = Damage.parse(Table.RETAINED, row, RetainedRecord.parser());
            Message message = message(Table.RETAINED, row, retained.getMessage());
            byte[] topic = Keys.textBytes(row.key());
            if (!selection.wantsTime(message.publishedMillis()) || !selection.wantsTopic(topic, 0, topic.length)) {
                return;
            }
            out.number(retained.getMessageId());
            out.number(message.qos());
            out.time(message.publishedMillis());
            out.number(Math.max(0, message.expirySeconds()));
            out.number(message.payloadBytes());
            out.text(utf8(topic));
            out.payload(message.payloadArray(), message.payloadOffset(), message.payloadBytes());
            out.endRow();
        });
    }

    void wills() throws IOException {
        forEach(Table.WILL, sessions.from(), sessions.to(), row -> {
            WillRecord will = Damage.parse(Table.WILL, row, WillRecord.parser());
            Message message = message(Table.WILL, row, will.getMessage());
            long number = Keys.number(row.key());
            if (!sessions.wants(number)
                    || !selection.wantsTime(message.publishedMillis())
                    || !selection.wantsTopic(message.topicArray(), message.topicOffset(), message.topicBytes())) {
                return;
            }
            String client = sessions.clientId(number);
            out.number(number);
            out.text(client);
            out.number(message.qos());
            out.flag(message.retain());
            out.number(Integer.toUnsignedLong(will.getDelaySeconds()));
            out.number(message.payloadBytes());
            out.text(message.topic());
            out.payload(message.payloadArray(), message.payloadOffset(), message.payloadBytes());
            out.endRow();
        });
    }

    void timers() throws IOException {
        forEach(Table.TIMER, Keys.text(new byte[0]), Keys.end(), row -> {
            long number = Keys.timerSession(row.key());
            if (!sessions.wants(number) || !selection.wantsTime(Keys.timerDueMillis(row.key()))) {
                return;
            }
            TimerRecord timer = Damage.parse(Table.TIMER, row, TimerRecord.parser());
            String client = sessions.clientId(number);
            out.time(Keys.timerDueMillis(row.key()));
            out.text(kind(row));
            out.number(number);
            out.number(timer.getGeneration());
            out.text(client);
            out.endRow();
        });
    }

    private static String kind(RowCursor row) {
        byte[] key = row.key();
        int code = key[key.length - 1];
        if (code < 0 || code >= TimerKind.values().length) {
            throw new DamagedRowException(
                    Table.TIMER, key, row.record(), "kind " + code + " of a timer is unknown", null);
        }
        return Keys.timerKind(key).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    void topics() throws IOException {
        if (!sessions.wantsAll()) {
            return;
        }
        forEach(Table.TOPIC, Keys.text(new byte[0]), Keys.end(), row -> {
            TopicStub stub = Damage.parse(Table.TOPIC, row, TopicStub.parser());
            byte[] filter = Keys.textBytes(row.key());
            if (!selection.wantsTime(stub.getLastUsedMillis()) || !selection.wantsFilter(filter)) {
                return;
            }
            out.time(stub.getFirstSeenMillis());
            out.time(stub.getLastUsedMillis());
            out.text(utf8(filter));
            out.endRow();
        });
    }

    void log() throws IOException {
        forEach(Table.LOG, Keys.number(0), Keys.end(), row -> {
            LogEntryReader entry = LogEntries.read(row.key(), row.record());
            if (!selection.wantsTime(entry.timeMillis())
                    || (!sessions.wantsAll() && !LogEntries.speaksOf(entry, this::isWanted))) {
                return;
            }
            out.number(Keys.number(row.key()));
            out.time(entry.timeMillis());
            out.number(entry.messages());
            out.log(entry, this::isWanted);
            out.endRow();
        });
    }

    void events() throws IOException {
        LogEvents events = new LogEvents(out, sessions);
        forEach(Table.LOG, Keys.number(0), Keys.end(), row -> {
            LogEntryReader entry = LogEntries.read(row.key(), row.record());
            if (selection.wantsTime(entry.timeMillis())) {
                events.print(Keys.number(row.key()), entry);
            }
        });
    }

    private boolean isWanted(long number) {
        try {
            return sessions.wants(number);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Message message(Table table, RowCursor row, StoredMessage stored) {
        return Stored.message(table, row.key(), stored.toByteArray());
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
