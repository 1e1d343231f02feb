// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.storage.record.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessageTest {

    @Seeded(runs = 60)
    @DisplayName("a message's record is what protobuf's StoredMessage writes, byte for byte, and parses back")
    void build_randomMessage_goldenBytes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int n = 0; n < 20; n++) {
            byte[] topic = "t".repeat(random.nextInt(1, 300)).getBytes(StandardCharsets.UTF_8);
            byte[] payload = bytes(random, random.nextInt(3) == 0 ? 0 : random.nextInt(5000));
            byte[] properties = bytes(random, random.nextInt(2) == 0 ? 0 : random.nextInt(200));
            int qos = random.nextInt(3);
            boolean retain = random.nextBoolean();
            long publisher = random.nextInt(3) == 0 ? 0 : random.nextLong() >>> random.nextInt(1, 60);
            long published = random.nextLong(1L << 42);
            long expiry = random.nextInt(3) == 0 ? random.nextInt(2) - 1 : random.nextLong(1L << 32);
            Message message = Message.of(topic, payload, qos, retain, publisher, published, expiry, properties);
            byte[] golden = StoredMessage.newBuilder()
                    .setTopic(ByteString.copyFrom(topic))
                    .setPayload(ByteString.copyFrom(payload))
                    .setQos(qos)
                    .setRetain(retain)
                    .setPublishedMillis(published)
                    .setPublisher(publisher)
                    .setExpirySeconds((int) Math.max(0, expiry))
                    .setProperties(ByteString.copyFrom(properties))
                    .setExpiresAtOnce(expiry == 0)
                    .build()
                    .toByteArray();
            assertThat(message.record()).isEqualTo(golden);
            holds(message, topic, payload, properties);
            Message parsed = Message.parse(golden);
            holds(parsed, topic, payload, properties);
            assertThat(parsed.qos()).isEqualTo(qos);
            assertThat(parsed.retain()).isEqualTo(retain);
            assertThat(parsed.publisher()).isEqualTo(publisher);
            assertThat(parsed.publishedMillis()).isEqualTo(published);
            assertThat(parsed.expirySeconds()).isEqualTo(expiry);

            long later = random.nextLong(1L << 42);
            Message expected = Message.of(topic, payload, qos, retain, publisher, later, expiry, properties);
            for (Message again : List.of(message.publishedAt(later), parsed.publishedAt(later))) {
                holds(again, topic, payload, properties);
                assertThat(again.record()).isEqualTo(expected.record());
                assertThat(again.expirySeconds()).isEqualTo(expiry);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.2-6] what is forwarded is the interval minus whole seconds of waiting, never less than 0")
    void remainingSeconds_afterWaiting_isDecremented() {
        Message message = Message.of(new byte[] {'t'}, new byte[0], 1, false, 0, 10_000, 5, new byte[0]);
        assertThat(message.remainingSeconds(9_000)).isEqualTo(5);
        assertThat(message.remainingSeconds(11_999)).isEqualTo(4);
        assertThat(message.remainingSeconds(60_000)).isZero();
        assertThat(message.isExpired(15_000)).isFalse();
        assertThat(message.isExpired(15_001)).isTrue();
        Message lasting = Message.of(new byte[] {'t'}, new byte[0], 1, false, 0, 10_000);
        assertThat(lasting.remainingSeconds(60_000)).isEqualTo(Message.NEVER);
        assertThat(lasting.isExpired(Long.MAX_VALUE)).isFalse();
    }

    @Test
    @DisplayName("bytes that are no message are refused")
    void parse_garbage_throws() {
        assertThatThrownBy(() -> Message.parse(new byte[] {0x0a, 50, 1})).isInstanceOf(IllegalArgumentException.class);
    }

    private static void holds(Message message, byte[] topic, byte[] payload, byte[] properties) {
        assertThat(message.topic()).isEqualTo(new String(topic, StandardCharsets.UTF_8));
        assertThat(slice(message.payloadArray(), message.payloadOffset(), message.payloadBytes()))
                .isEqualTo(payload);
        assertThat(slice(message.propertiesArray(), message.propertiesOffset(), message.propertiesBytes()))
                .isEqualTo(properties);
        assertThat(message.storedBytes()).isEqualTo(message.record().length);
    }

    private static byte[] slice(byte[] record, int offset, int length) {
        return Arrays.copyOfRange(record, offset, offset + length);
    }

    private static byte[] bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
