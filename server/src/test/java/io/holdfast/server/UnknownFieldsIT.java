// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.TopicStub;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A newer minor version has added a field to each record; this one works on the store, and the newer one comes back. */
class UnknownFieldsIT {
    private static final int FIELD = 1_000;
    private static final int VALUE = 77;
    private static final byte[] FILTER = "a/#".getBytes(StandardCharsets.UTF_8);
    private static final String MARKER = "holdfast-store";

    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private void keeperIsOwed() throws Exception {
        try (RunningBroker broker = RunningBroker.start(data());
                WireClient keeper = broker.connect("keeper", false)) {
            keeper.subscribe("a/#", QoS.AT_LEAST_ONCE);
            publish(broker, "a/live", false);
            keeper.send(new PubAck(keeper.expect(Publish.class).packetId()));
            publish(broker, "a/kept", true);
        }
    }

    private static void publish(RunningBroker broker, String topic, boolean retain) throws IOException {
        try (WireClient publisher = broker.connect("publisher", true)) {
            Publish publish = WireClient.publish(topic, "value", QoS.AT_LEAST_ONCE, 1);
            publisher.send(retain ? retained(publish) : publish);
            publisher.expect(PubAck.class);
        }
    }

    private static Publish retained(Publish publish) {
        return new Publish(
                publish.packetId(),
                publish.qos(),
                publish.dup(),
                true,
                publish.topic(),
                publish.payload(),
                publish.properties());
    }

    /** A row that is written anew from what was read: where it stands. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Place(Table table, byte[] key) {}

    private static Map<String, Place> places(StoreFolder store) throws IOException {
        byte[] client = store.rows().get(Table.CLIENT, Keys.text("keeper".getBytes(StandardCharsets.UTF_8)));
        assertThat(client).isNotNull();
        long number = ClientRecord.parseFrom(client).getSession();
        Map<String, Place> places = new LinkedHashMap<>();
        places.put("SessionRecord", new Place(Table.SESSION, Keys.number(number)));
        places.put("InflightRecord", new Place(Table.INFLIGHT, Keys.number(number)));
        places.put("SubscriptionRecord", new Place(Table.SUBSCRIPTION, Keys.subscription(number, FILTER)));
        places.put("TopicStub", new Place(Table.TOPIC, Keys.text(FILTER)));
        places.put("NextSession", new Place(Table.META, MetaRow.NEXT_SESSION.key()));
        places.put("StoreMeta", new Place(Table.META, MetaRow.STORE.key()));
        return places;
    }

    private interface Change {
        Message change(byte[] record) throws IOException;
    }

    private static byte[] changed(byte[] record, Change change) {
        try {
            return change.change(record).toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What makes this version write a row anew, beside the field that it does not know. */
    private static UnaryOperator<byte[]> reason(String record) {
        return switch (record) {
            case "SubscriptionRecord" ->
                row -> changed(
                        row,
                        bytes -> SubscriptionRecord.parseFrom(bytes).toBuilder()
                                .setOwed(true)
                                .setOwedBelow(Long.MAX_VALUE)
                                .build());
            case "TopicStub" ->
                row -> changed(
                        row,
                        bytes -> TopicStub.parseFrom(bytes).toBuilder()
                                .setLastUsedMillis(1)
                                .build());
            case "StoreMeta" ->
                row -> changed(
                        row,
                        bytes -> StoreMeta.parseFrom(bytes).toBuilder()
                                .setFormatVersion(1)
                                .build());
            default -> row -> row;
        };
    }

    private static byte[] withField(byte[] record) {
        byte[] field = new byte[CodedOutputStream.computeInt32Size(FIELD, VALUE)];
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(field);
            out.writeInt32(FIELD, VALUE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        byte[] whole = Arrays.copyOf(record, record.length + field.length);
        System.arraycopy(field, 0, whole, record.length, field.length);
        return whole;
    }

    @Test
    @DisplayName("fields of a newer minor version stay in every record that is read, changed and written")
    void records_writtenAnew_keepUnknownFields() throws Exception {
        keeperIsOwed();
        Map<String, byte[]> before = new LinkedHashMap<>();
        try (StoreFolder store = StoreFolder.open(data(), StoreOptions.defaults())) {
            RowBatch batch = new RowBatch();
            places(store).forEach((record, place) -> {
                byte[] row = store.rows().get(place.table(), place.key());
                assertThat(row).as(record).isNotNull();
                byte[] newer = withField(reason(record).apply(row));
                before.put(record, newer);
                batch.put(place.table(), place.key(), newer);
            });
            batch.delete(Table.META, MetaRow.CLEAN_STOP.key()); // So that the rows count, and not the snapshot.
            store.rows().write(batch);
        }
        Path marker = data().resolve(MARKER);
        Files.writeString(marker, Files.readString(marker).replaceFirst("format=\\d+", "format=1"));

        olderVersionWorks();

        try (StoreFolder store = StoreFolder.open(data(), StoreOptions.defaults())) {
            for (Map.Entry<String, Place> entry : places(store).entrySet()) {
                Place place = entry.getValue();
                byte[] row = store.rows().get(place.table(), place.key());
                assertThat(row).as(entry.getKey() + " was written anew").isNotEqualTo(before.get(entry.getKey()));
                Message parsed = place.table().parse(place.key(), row);
                UnknownFieldSet.Field field = parsed.getUnknownFields().getField(FIELD);
                assertThat(field.getVarintList()).as(entry.getKey()).containsExactly((long) VALUE);
            }
        }
    }

    /** Everything that writes one of the rows. */
    private void olderVersionWorks() throws Exception {
        try (RunningBroker broker = RunningBroker.start(data());
                WireClient keeper = broker.connect("keeper", false)) {
            for (int i = 0; i < 2; i++) { // One that it has not acknowledged, and the retained message that it is owed.
                keeper.send(new PubAck(keeper.expect(Publish.class).packetId()));
            }
            keeper.send(PingReq.INSTANCE);
            keeper.expect(PingResp.class);
            try (WireClient other = broker.open()) {
                Connect connect = WireClient.connectPacket("other", false, null);
                assertThat(other.connect(connect).sessionPresent()).isFalse();
                other.subscribe("a/#", QoS.AT_LEAST_ONCE);
            }
        }
    }
}
