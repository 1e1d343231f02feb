// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.tools.mosquitto.Records.Stored;
import io.holdfast.tools.store.StoreCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The reader of mosquitto's file, with a file of mosquitto 2.0.11 and with what is made of it. */
class MosquittoDatabaseTest {
    private static final int HEAD_BYTES = 23;

    @TempDir
    Path folder;

    private static byte[] sample() throws IOException {
        try (InputStream in = MosquittoDatabaseTest.class.getResourceAsStream("/mosquitto/format-6.db")) {
            return in.readAllBytes();
        }
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("mosquitto.db"), content);
    }

    @Test
    @DisplayName("clients, subscriptions, what is owed, messages and retained are read as mosquitto wrote them")
    void open_sample_readsAll() throws IOException {
        try (MosquittoDatabase database = MosquittoDatabase.open(file(sample()))) {
            assertThat(database.clients().keySet())
                    .extracting(name -> new String(name.utf8(), StandardCharsets.UTF_8))
                    .containsExactly("away", "away5");
            assertThat(database.clients().values())
                    .extracting(Records.Client::expiryIntervalSeconds)
                    .containsExactly(Records.NEVER, 3_600L);
            assertThat(database.subscriptions())
                    .extracting(Records.Subscription::identifier)
                    .containsExactly(0L, 12L);
            assertThat(database.clientMessages()).hasSize(6).allMatch(Records.ClientMessage::isQueued);
            assertThat(database.retained()).hasSize(2);
            Stored message = database.message(database.clientMessages().get(2).storeId());
            assertThat(new String(message.topic(), StandardCharsets.UTF_8)).isEqualTo("q/p");
            assertThat(new String(message.payload(), StandardCharsets.UTF_8)).isEqualTo("props");
            assertThat(message.expirySecondsSince1970()).isPositive();
            assertThat(database.message(1L << 60)).isNull();
        }
    }

    @Test
    @DisplayName("a file cut anywhere is either whole chunks or refused with the place")
    void open_cut_refused() throws IOException {
        byte[] whole = sample();
        int refused = 0;
        for (int length = 0; length < whole.length; length++) {
            try (MosquittoDatabase database = MosquittoDatabase.open(file(Arrays.copyOf(whole, length)))) {
                assertThat(database.clients().size()).isLessThanOrEqualTo(2);
            } catch (MosquittoFileException e) {
                refused++;
                assertThat(e.getMessage()).containsAnyOf("ends at byte", "the chunk at byte");
            }
        }
        assertThat(refused).isGreaterThan(whole.length - 25);
    }

    @Test
    @DisplayName(
            "K34 lengths that lie allocate nothing: the largest chunk, a negative one, a text longer than its chunk")
    void open_lyingLengths_refused() throws IOException {
        for (int length : new int[] {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 272 << 20}) {
            byte[] lying = sample();
            ByteBuffer.wrap(lying).putInt(HEAD_BYTES + 4, length);
            assertThatThrownBy(() -> MosquittoDatabase.open(file(lying)))
                    .isInstanceOf(MosquittoFileException.class)
                    .hasMessageContaining("the chunk at byte 23 says that it has");
        }
        byte[] longId = sample();
        int idBytes = 0x1b8; // of client "away", in a chunk of 28 bytes
        assertThat(ByteBuffer.wrap(longId).getShort(idBytes)).isEqualTo((short) 4);
        ByteBuffer.wrap(longId).putShort(idBytes, (short) 20);
        assertThatThrownBy(() -> MosquittoDatabase.open(file(longId)))
                .isInstanceOf(MosquittoFileException.class)
                .hasMessageContaining("is damaged: it says that 20 bytes follow where");
        byte[] older = sample();
        ByteBuffer.wrap(older).putInt(19, 5);
        assertThatThrownBy(() -> MosquittoDatabase.open(file(older))).hasMessageContaining("has format 5");
    }

    private long[] takenOver(byte[] content, long nowMillis) throws IOException {
        Path data = folder.resolve("at-" + nowMillis + "-" + content.length);
        try (MosquittoDatabase database = MosquittoDatabase.open(file(content));
                NewStore store = new NewStore(data, nowMillis)) {
            return new Takeover(database, store, nowMillis).run();
        }
    }

    private static long count(long[] counts, Takeover.Count what) {
        return counts[what.ordinal()];
    }

    @Test
    @DisplayName("sessions and messages whose time is over are left out, and counted")
    void takeover_timeIsOver_leftOut() throws IOException {
        long[] atOnce = takenOver(sample(), 1_796_062_000_000L); // before anything in it expires
        assertThat(count(atOnce, Takeover.Count.SESSIONS)).isEqualTo(2);
        assertThat(count(atOnce, Takeover.Count.OWED)).isEqualTo(6);
        assertThat(count(atOnce, Takeover.Count.RETAINED)).isEqualTo(2);
        assertThat(count(atOnce, Takeover.Count.EXPIRED)).isZero();
        long[] late = takenOver(sample(), 1_900_000_000_000L);
        assertThat(count(late, Takeover.Count.SESSIONS)).isEqualTo(1);
        assertThat(count(late, Takeover.Count.OWED)).isEqualTo(2);
        assertThat(count(late, Takeover.Count.RETAINED)).isEqualTo(1);
        assertThat(count(late, Takeover.Count.EXPIRED))
                .as("a session, a message it was owed by the other, and that as a retained one")
                .isEqualTo(3);
    }

    @Test
    @DisplayName("shared subscriptions and messages to topics of the broker are not taken over as ordinary ones")
    void takeover_sharedAndDollar_leftOut() throws IOException {
        byte[] dollar = sample();
        assertThat(new String(dollar, 0x143, 3, StandardCharsets.US_ASCII)).isEqualTo("q/2");
        dollar[0x143] = '$';
        byte[] filter = "$share/g/q/#".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer shared = ByteBuffer.allocate(dollar.length + 8 + 12 + 4 + filter.length)
                .put(dollar)
                .putInt(5)
                .putInt(12 + 4 + filter.length)
                .putInt(0)
                .putShort((short) 4)
                .putShort((short) filter.length)
                .put((byte) 2)
                .put((byte) 0)
                .putShort((short) 0)
                .put("away".getBytes(StandardCharsets.US_ASCII))
                .put(filter);
        long[] counts = takenOver(shared.array(), 1_796_062_000_000L);
        assertThat(count(counts, Takeover.Count.SUBSCRIPTIONS)).isEqualTo(2);
        assertThat(count(counts, Takeover.Count.SHARED)).isEqualTo(1);
        assertThat(count(counts, Takeover.Count.OWED)).isEqualTo(4);
    }

    @Seeded(runs = 6)
    @DisplayName("K34 a file with flipped bytes is taken over or refused, and a store that comes of it is sound")
    void import_flipped_neverBreaks(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] flipped = sample();
        for (int i = 0; i < 3; i++) {
            flipped[HEAD_BYTES + random.nextInt(flipped.length - HEAD_BYTES)] = (byte) random.nextInt();
        }
        Path data = folder.resolve("data");
        int code = new CommandLine(new MosquittoImport()).execute(file(flipped).toString(), "--data", data.toString());
        assertThat(code).isIn(0, 4);
        if (code == 0) {
            assertThat(new CommandLine(new StoreCheck()).execute("--data", data.toString()))
                    .isZero();
        } else {
            assertThat(data).doesNotExist();
        }
    }
}
