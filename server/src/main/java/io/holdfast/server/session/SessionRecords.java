// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.access.Client;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.RecordReader;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.TimerRecord;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.schema.UnknownFields;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import org.jspecify.annotations.Nullable;

/** The rows that a connection's begin and end write, to and from records. */
final class SessionRecords {
    private SessionRecords() {}

    static byte[] client(long number) {
        return ClientRecord.newBuilder().setSession(number).build().toByteArray();
    }

    static long clientSession(byte[] record) {
        try {
            return ClientRecord.parseFrom(record).getSession();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("row of table client is no ClientRecord", e);
        }
    }

    /** Times in milliseconds since 1970, 0 for none. */
    static byte[] session(Session session, long connectedMillis, long disconnectedMillis) {
        byte[] record = SessionRecord.newBuilder()
                .setClientId(session.clientId)
                .setProtocolLevel(session.protocolLevel)
                .setExpirySeconds((int) session.expirySeconds)
                .setReceiveMaximum(session.receiveMaximum)
                .setGeneration(session.generation)
                .setSentThrough(session.sentThrough)
                .setConnectedMillis(connectedMillis)
                .setDisconnectedMillis(disconnectedMillis)
                .setCreatedMillis(session.createdMillis)
                .setWillDueMillis(session.willDueMillis)
                .setOwner(session.owner == null ? "" : session.owner)
                .build()
                .toByteArray();
        return UnknownFields.kept(record, session.unknownFields);
    }

    static Session parse(byte[] record, long number, SessionState state) {
        try {
            SessionRecord row = SessionRecord.parseFrom(record);
            Session session = new Session(number, row.getClientId(), true, state);
            if (!row.getSharedFilter().isEmpty()) {
                session.group = new SharedGroup(TopicFilter.parse(row.getSharedFilter()));
                session.cursor = state.acknowledged();
            }
            session.sentThrough = row.getSentThrough();
            session.expirySeconds = Integer.toUnsignedLong(row.getExpirySeconds());
            session.generation = row.getGeneration();
            session.protocolLevel = row.getProtocolLevel();
            session.receiveMaximum = row.getReceiveMaximum();
            session.createdMillis = row.getCreatedMillis();
            session.connectedMillis = row.getConnectedMillis();
            session.subscriptionCount = -1;
            session.owner = row.getOwner().isEmpty() ? null : row.getOwner();
            session.unknownFields = UnknownFields.of(row);
            session.counted = session.owner != null;
            session.willDueMillis = row.getWillDueMillis();
            session.hadWill = session.willDueMillis != 0;
            boolean expires = session.expirySeconds != ConnectTerms.NEVER_EXPIRES && row.getDisconnectedMillis() != 0;
            session.expiryDueMillis = expires ? row.getDisconnectedMillis() + session.expirySeconds * 1_000 : 0;
            return session;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("row of table session is no SessionRecord", e);
        }
    }

    static byte[] timer(long generation) {
        return TimerRecord.newBuilder().setGeneration(generation).build().toByteArray();
    }

    static byte[] will(Message message, long delaySeconds, Client client) {
        RecordWriter out = new RecordWriter(message.storedBytes() + 64);
        out.bytesField(1, message.record(), 0, message.storedBytes());
        out.field(2, delaySeconds);
        text(out, 4, client.user());
        text(out, 5, client.clientId());
        return out.toBytes();
    }

    private static void text(RecordWriter out, int field, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            byte[] utf8 = ConnectFlow.utf8(text);
            out.bytesField(field, utf8, 0, utf8.length);
        }
    }

    /** Who left a will. */
    static Client willClient(byte[] record) {
        try {
            WillRecord row = WillRecord.parseFrom(record);
            return new Client(row.getClientId(), row.getUser().isEmpty() ? null : row.getUser(), null);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("row of table will is no WillRecord", e);
        }
    }

    /** Will Delay Interval, 0 for none. */
    static long willDelaySeconds(byte[] record) {
        RecordReader in = new RecordReader(record);
        long delaySeconds = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            if (RecordReader.field(tag) == 2) {
                delaySeconds = in.varint();
            } else {
                in.skip(tag);
            }
        }
        return delaySeconds;
    }

    static Message willMessage(byte[] record) {
        return Message.within(record, 1);
    }

    static int countSubscriptions(RowReader store, long number) {
        int count = 0;
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
            while (rows.nextReadable(damage -> {})) {
                count++;
            }
        }
        return count;
    }
}
