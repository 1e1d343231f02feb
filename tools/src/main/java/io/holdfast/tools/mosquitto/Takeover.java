// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.StoredProperties;
import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.protocol.topic.Utf8;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.SubscriptionOps;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.TimerRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.tools.mosquitto.Records.Client;
import io.holdfast.tools.mosquitto.Records.ClientMessage;
import io.holdfast.tools.mosquitto.Records.Name;
import io.holdfast.tools.mosquitto.Records.Stored;
import io.holdfast.tools.mosquitto.Records.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a {@code mosquitto.db} holds into a new store: sessions, subscriptions, what each session is owed with the
 * packet identifiers that its client knows, and retained messages. One thread.
 */
final class Takeover {
    /** What was taken over and what was not; in the order in which it is reported. */
    enum Count {
        SESSIONS("sessions"),
        SUBSCRIPTIONS("subscriptions"),
        OWED("queued and unacknowledged messages"),
        RETAINED("retained messages"),
        EXPIRED("expired sessions and messages, left out"),
        SHARED("shared subscriptions, left out: their clients must subscribe once more"),
        QOS_0("queued messages of QoS 0, left out: here QoS 0 is not queued"),
        UNUSABLE("damaged or forbidden names, filters and messages, left out"),
        RENUMBERED("sessions whose unacknowledged messages get new packet identifiers and may arrive twice");

        private final String text;

        Count(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private static final IndexSpace SPACE = IndexSpace.STANDARD;

    /** One session while it is put together. */
    private static final class Owner {
        final Client client;
        final String clientId;
        final long number;
        final List<ClientMessage> owed = new ArrayList<>();
        final List<MessageOp> messages = new ArrayList<>();
        final List<Integer> inbound = new ArrayList<>();

        Owner(Client client, String clientId, long number) {
            this.client = client;
            this.clientId = clientId;
            this.number = number;
        }
    }

    private record Wish(Owner owner, TopicFilter filter, int qos) {}

    private final MosquittoDatabase database;
    private final NewStore store;
    private final long nowMillis;
    private final long[] counts = new long[Count.values().length];
    private final Map<Name, Owner> owners = new LinkedHashMap<>();
    private final List<Wish> wishes = new ArrayList<>();
    private final Map<Long, Boolean> judged = new HashMap<>();

    Takeover(MosquittoDatabase database, NewStore store, long nowMillis) {
        this.database = database;
        this.store = store;
        this.nowMillis = nowMillis;
    }

    /** Does it; afterwards the store is as after a clean stop. */
    long[] run() throws IOException {
        database.clients().values().forEach(this::session);
        database.subscriptions().forEach(this::subscription);
        messages();
        store.commit();
        for (Owner owner : owners.values()) {
            rows(owner);
        }
        for (long storeId : database.retained()) {
            retained(storeId);
        }
        store.finish(owners.size());
        return counts;
    }

    private void count(Count what) {
        counts[what.ordinal()]++;
    }

    // ---- sessions

    private void session(Client client) {
        boolean endsByItself = client.expiryIntervalSeconds() != Records.NEVER;
        if (endsByItself
                && client.expirySecondsSince1970() != 0
                && client.expirySecondsSince1970() <= nowMillis / 1_000) {
            count(Count.EXPIRED);
            return;
        }
        byte[] id = client.id().utf8();
        if (id.length == 0 || !Utf8.isWellFormed(id)) {
            count(Count.UNUSABLE);
            return;
        }
        String clientId = new String(id, StandardCharsets.UTF_8);
        long sequence = owners.size() + 1L;
        owners.put(client.id(), new Owner(client, clientId, SessionNumbers.of(sequence, clientId)));
        store.add(new RowOps.NewSession(sequence), 16);
        count(Count.SESSIONS);
    }

    private void subscription(Subscription given) {
        Owner owner = owners.get(given.client());
        if (owner == null) {
            return; // Its session has expired.
        }
        try {
            TopicFilter filter = TopicFilter.parse(given.filter());
            int qos = given.options() & 0b11;
            if (filter.isShared()) {
                count(Count.SHARED);
            } else if (qos == 3 || (given.options() & 0x30) == 0x30) {
                count(Count.UNUSABLE);
            } else {
                store.add(
                        new SubscriptionOps.Subscribe(
                                owner.number,
                                filter,
                                given.filter(),
                                given.options() & 0x3F,
                                (int) Math.min(given.identifier(), 268_435_455),
                                true,
                                SubscriptionOps.Owed.NOTHING),
                        64 + given.filter().length);
                wishes.add(new Wish(owner, filter, qos));
                count(Count.SUBSCRIPTIONS);
            }
        } catch (InvalidTopicException e) {
            count(Count.UNUSABLE);
        }
    }

    // ---- messages

    /** Messages in the order of mosquitto's own numbers, which is that of their arrival; each once. */
    private void messages() throws IOException {
        Map<Long, Recipients> recipients = new TreeMap<>(Long::compareUnsigned);
        for (ClientMessage message : database.clientMessages()) {
            Owner owner = owners.get(message.client());
            if (owner == null) {
                continue;
            }
            if (message.direction() != Records.OUT) {
                inbound(owner, message, recipients);
            } else if (message.qos() != 1 && message.qos() != 2) {
                count(Count.QOS_0);
            } else if (!isUsable(message.storeId())) {
                count(Count.EXPIRED);
            } else {
                owe(owner, message, recipients);
            }
        }
        Map<Long, MessageOp> written = new HashMap<>();
        for (Map.Entry<Long, Recipients> entry : recipients.entrySet()) {
            Stored stored = usable(entry.getKey());
            if (stored != null) {
                MessageOp op = new MessageOp(message(stored, false), entry.getValue(), Recipients.NONE, 0);
                store.add(op, stored.payload().length + stored.topic().length + 64);
                written.put(entry.getKey(), op);
            }
        }
        for (Owner owner : owners.values()) {
            owner.owed.forEach(message -> owner.messages.add(written.get(message.storeId())));
        }
    }

    private void owe(Owner owner, ClientMessage message, Map<Long, Recipients> recipients) {
        owner.owed.add(message);
        recipients
                .computeIfAbsent(message.storeId(), any -> new Recipients(1))
                .add(owner.number, flags(message), identifiers(message));
        count(Count.OWED);
    }

    private static int flags(ClientMessage message) {
        return message.qos()
                | (message.retain() ? Delivery.RETAIN : 0)
                | (identifiers(message) == null ? 0 : Delivery.IDENTIFIERS);
    }

    private static int @Nullable [] identifiers(ClientMessage message) {
        try {
            int[] identifiers =
                    StoredProperties.decodePublish(message.properties()).subscriptionIdentifiers();
            return identifiers.length == 0 ? null : identifiers;
        } catch (MalformedPacketException e) {
            return null; // The message itself is whole; only the hint is lost.
        }
    }

    /**
     * A QoS 2 message that its publisher has sent and not released. Mosquitto would hand it on at PUBREL, we do so at PUBLISH:
     * so it is handed on now, and the identifier is remembered, by which PUBREL and a repeated PUBLISH are recognised. What
     * mosquitto had not answered yet is published again anyway.
     */
    private void inbound(Owner owner, ClientMessage message, Map<Long, Recipients> recipients) throws IOException {
        boolean answered = message.state() == Records.WAIT_FOR_PUBREL || message.state() == Records.SEND_PUBREC;
        Stored stored = answered ? usable(message.storeId()) : null;
        if (stored == null || message.packetId() == 0) {
            return;
        }
        owner.inbound.add(message.packetId());
        TopicName topic = TopicName.of(stored.topic());
        Map<Owner, Integer> receivers = new LinkedHashMap<>();
        for (Wish wish : wishes) {
            if (wish.qos() > 0 && wish.filter().matches(topic)) {
                receivers.merge(wish.owner(), wish.qos(), Math::max);
            }
        }
        receivers.forEach((receiver, qos) -> owe(
                receiver,
                new ClientMessage(
                        receiver.client.id(),
                        message.storeId(),
                        0,
                        Math.min(qos, stored.qos()),
                        Records.QUEUED,
                        false,
                        Records.OUT,
                        new byte[0]),
                recipients));
    }

    /** Reads each message once, however many are said to be owed it. */
    private boolean isUsable(long storeId) throws IOException {
        Boolean known = judged.get(storeId);
        if (known == null) {
            known = usable(storeId) != null;
            judged.put(storeId, known);
        }
        return known;
    }

    /** A message that is there, has not expired and has a legal topic; else null. */
    private @Nullable Stored usable(long storeId) throws IOException {
        Stored stored = database.message(storeId);
        if (stored == null
                || stored.qos() > 2
                || (stored.expirySecondsSince1970() != 0 && stored.expirySecondsSince1970() <= nowMillis / 1_000)) {
            return null;
        }
        try {
            TopicName topic = TopicName.of(stored.topic());
            return topic.utf8()[0] == '$' ? null : stored;
        } catch (InvalidTopicException e) {
            return null;
        }
    }

    private Message message(Stored stored, boolean retain) {
        byte[] properties = {};
        try {
            properties = StoredProperties.encodeMessage(StoredProperties.decodePublish(stored.properties()));
        } catch (MalformedPacketException e) {
            count(Count.UNUSABLE); // The message without them.
        }
        long expirySeconds = stored.expirySecondsSince1970() == 0
                ? Message.NEVER
                : Math.min(Records.NEVER, stored.expirySecondsSince1970() - nowMillis / 1_000);
        return Message.of(
                stored.topic(), stored.payload(), stored.qos(), retain, 0, nowMillis, expirySeconds, properties);
    }

    private void retained(long storeId) throws IOException {
        Stored stored = usable(storeId);
        if (stored == null || stored.payload().length == 0) {
            count(Count.EXPIRED);
            return;
        }
        store.add(
                new MessageOp(message(stored, true), Recipients.NONE, Recipients.NONE, 0),
                stored.payload().length + 64);
        count(Count.RETAINED);
    }

    // ---- rows

    private void rows(Owner owner) {
        PacketIdPlan plan = PacketIdPlan.of(owner.owed, SPACE);
        if (!plan.isKept()) {
            count(Count.RENUMBERED);
        }
        SessionState state = new SessionState(owner.number, SPACE);
        for (int i = 0; i < owner.owed.size(); i++) {
            settleUpTo(state, plan.indexes().get(i));
            ClientMessage message = owner.owed.get(i);
            MessageOp op = owner.messages.get(i);
            long delivery = Delivery.of(op.id(), flags(message));
            long index = state.append(delivery, op.message().storedBytes(), identifiers(message));
            if (message.isReleased()) {
                state.release(index);
            }
        }
        owner.inbound.forEach(state::addInbound);
        long position = store.position();
        long first = plan.first();
        while (first < state.next()) {
            long end = Math.min(state.next(), first + SessionRows.FRAGMENT_ENTRIES);
            put(Table.QUEUE, Keys.queue(owner.number, first), SessionRows.fragment(state, first, end, position));
            first = end;
        }
        store.add(new RowOps.Window(owner.number, SessionRows.window(state, position, plan.first())), 128);
        sessionRows(owner, plan.sentThrough());
    }

    /** Indexes that no message has count as settled. */
    private static void settleUpTo(SessionState state, long index) {
        while (state.next() < index) {
            state.settle(state.append(Delivery.of(0, 1), 0, null));
        }
    }

    private void sessionRows(Owner owner, long sentThrough) {
        long interval = owner.client.expiryIntervalSeconds();
        boolean expires = interval != Records.NEVER;
        boolean known = expires && owner.client.expirySecondsSince1970() != 0;
        long leftMillis = known
                ? Math.max(0, Math.min(nowMillis / 1_000, owner.client.expirySecondsSince1970() - interval)) * 1_000
                : nowMillis;
        SessionRecord record = SessionRecord.newBuilder()
                .setClientId(owner.clientId)
                .setProtocolLevel(expires ? 5 : 4)
                .setExpirySeconds((int) interval)
                .setGeneration(1)
                .setSentThrough(sentThrough)
                .setDisconnectedMillis(leftMillis)
                .setCreatedMillis(leftMillis)
                .build();
        put(Table.SESSION, Keys.number(owner.number), record.toByteArray());
        byte[] client =
                ClientRecord.newBuilder().setSession(owner.number).build().toByteArray();
        put(Table.CLIENT, Keys.text(owner.client.id().utf8()), client);
        if (expires) {
            put(
                    Table.TIMER,
                    Keys.timer(leftMillis + interval * 1_000, owner.number, TimerKind.SESSION_EXPIRY),
                    TimerRecord.newBuilder().setGeneration(1).build().toByteArray());
        }
    }

    private void put(Table table, byte[] key, byte[] record) {
        store.add(new RowOps.Put(table, key, record), key.length + record.length);
    }
}
