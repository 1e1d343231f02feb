// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transfer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.SubscriptionRecord;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an export, as {@code docs/store-tools.md} tells them: one JSON object each, the first field of which says
 * what it is. All messages stand before all sessions, and a session's subscriptions and entries behind it.
 */
public final class SessionsWriter {
    static final int VERSION = 1;
    static final String FORMAT = "sessions";
    private static final int NEVER = -1;
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final JsonGenerator json;

    public SessionsWriter(Writer out) throws IOException {
        json = FACTORY.createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
    }

    public void head(String storeId, long nowMillis) throws IOException {
        json.writeStartObject();
        json.writeStringField("holdfast", FORMAT);
        json.writeNumberField("version", VERSION);
        json.writeNumberField("exportedMillis", nowMillis);
        json.writeStringField("storeId", storeId);
        json.writeEndObject();
    }

    /** A message, or a retained one. */
    public void message(String kind, long number, StoredMessage message) throws IOException {
        json.writeStartObject();
        json.writeNumberField(kind, number);
        content(message);
        json.writeEndObject();
    }

    private void content(StoredMessage message) throws IOException {
        json.writeStringField("topic", message.getTopic().toStringUtf8());
        payload(message.getPayload().toByteArray());
        json.writeNumberField("qos", message.getQos());
        flag("retain", message.getRetain());
        json.writeNumberField("publishedMillis", message.getPublishedMillis());
        if (message.getExpirySeconds() != 0 || message.getExpiresAtOnce()) {
            json.writeNumberField("expirySeconds", Integer.toUnsignedLong(message.getExpirySeconds()));
        }
        if (!message.getProperties().isEmpty()) {
            json.writeStringField(
                    "propertiesHex",
                    HexFormat.of().formatHex(message.getProperties().toByteArray()));
        }
    }

    private void payload(byte[] payload) throws IOException {
        try {
            json.writeStringField(
                    "payload",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(payload))
                            .toString());
        } catch (CharacterCodingException e) {
            json.writeStringField("payloadHex", HexFormat.of().formatHex(payload));
        }
    }

    private void flag(String name, boolean value) throws IOException {
        if (value) {
            json.writeBooleanField(name, true);
        }
    }

    public void group(SessionRecord record, SessionState state) throws IOException {
        json.writeStartObject();
        json.writeStringField("group", record.getSharedFilter());
        json.writeNumberField("createdMillis", record.getCreatedMillis());
        cursor(state);
        json.writeEndObject();
    }

    /** A client's session; {@code record} as if its connection had ended by now. */
    public void session(SessionRecord record, SessionState state) throws IOException {
        json.writeStartObject();
        json.writeStringField("session", record.getClientId());
        json.writeNumberField("protocol", record.getProtocolLevel());
        if (record.getExpirySeconds() != NEVER) {
            json.writeNumberField("expirySeconds", Integer.toUnsignedLong(record.getExpirySeconds()));
        }
        if (!record.getOwner().isEmpty()) {
            json.writeStringField("owner", record.getOwner());
        }
        json.writeNumberField("receiveMaximum", Integer.toUnsignedLong(record.getReceiveMaximum()));
        json.writeNumberField("packetBytesMax", Integer.toUnsignedLong(record.getPacketBytesMax()));
        json.writeNumberField("generation", record.getGeneration());
        json.writeNumberField("createdMillis", record.getCreatedMillis());
        json.writeNumberField("connectedMillis", record.getConnectedMillis());
        json.writeNumberField("disconnectedMillis", record.getDisconnectedMillis());
        json.writeNumberField("sentThrough", record.getSentThrough());
        cursor(state);
        json.writeArrayFieldStart("inbound");
        for (int packetId : state.inboundSorted()) {
            json.writeNumber(packetId);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void cursor(SessionState state) throws IOException {
        json.writeNumberField("next", state.next());
        json.writeNumberField("acknowledged", state.acknowledged());
        json.writeNumberField("queuedBytes", state.queuedBytes());
    }

    public void subscription(String filter, SubscriptionRecord row) throws IOException {
        json.writeStartObject();
        json.writeStringField("subscription", filter);
        json.writeNumberField("options", row.getOptions());
        if (row.getIdentifier() != 0) {
            json.writeNumberField("identifier", row.getIdentifier());
        }
        json.writeEndObject();
    }

    /** A message that a session is owed. */
    public void entry(
            SessionState state,
            long sentThrough,
            long index,
            long delivery,
            long message,
            int @Nullable [] beside,
            @Nullable String group)
            throws IOException {
        json.writeStartObject();
        json.writeNumberField("entry", index);
        json.writeNumberField("message", message);
        json.writeNumberField("packetId", IndexSpace.STANDARD.packetId(index));
        json.writeNumberField("qos", Delivery.qos(delivery));
        flag("retain", (Delivery.flags(delivery) & Delivery.RETAIN) != 0);
        String progress = state.isReleased(index) ? "released" : index < sentThrough ? "sent" : "queued";
        json.writeStringField("state", progress);
        int[] identifiers = Origin.identifiers(Delivery.flags(delivery), beside);
        if (identifiers != null) {
            json.writeArrayFieldStart("identifiers");
            for (int identifier : identifiers) {
                json.writeNumber(identifier);
            }
            json.writeEndArray();
        }
        if (group != null && beside != null) {
            json.writeStringField("group", group);
            json.writeNumberField("groupFlags", Origin.groupFlags(beside));
        }
        json.writeEndObject();
    }

    public void will(StoredMessage message, long delaySeconds, long dueMillis) throws IOException {
        json.writeStartObject();
        json.writeNumberField("will", dueMillis);
        json.writeNumberField("delaySeconds", delaySeconds);
        content(message);
        json.writeEndObject();
    }

    /** The last line: what was written, so that a file that was cut short is noticed. */
    public void end(long messages, long sessions, long entries) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("end", true);
        json.writeNumberField("messages", messages);
        json.writeNumberField("sessions", sessions);
        json.writeNumberField("entries", entries);
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
