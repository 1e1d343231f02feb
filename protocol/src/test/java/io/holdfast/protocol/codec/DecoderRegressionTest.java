// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.holdfast.protocol.testkit.Seeded;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The fuzzers' inputs without the fuzzer, in seconds: their seeds, and what they found. A finding (a {@code crash-} file)
 * is moved to {@code src/test/resources/fuzz/311} or {@code /5} once it is mended.
 */
class DecoderRegressionTest {
    @Test
    @DisplayName("the decoder of 3.1 and 3.1.1 keeps its promises for all seeds and findings")
    void decode_inputsOf311_keepsPromises() throws Exception {
        checkAll(FuzzSeeds.mqtt311(), "311", DecoderProperties::check311);
    }

    @Test
    @DisplayName("the decoder of MQTT 5 keeps its promises for all seeds and findings")
    void decode_inputsOf5_keepsPromises() throws Exception {
        checkAll(FuzzSeeds.mqtt5(), "5", DecoderProperties::check5);
    }

    @Seeded(runs = 20)
    @DisplayName("several packets on one connection, one of them damaged, keep the promises too")
    void decode_damagedConversations_keepsPromises(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        damage(random, FuzzSeeds.mqtt311().toList(), DecoderProperties::check311);
        damage(random, FuzzSeeds.mqtt5().toList(), DecoderProperties::check5);
    }

    private static void checkAll(Stream<byte[]> seeds, String folder, Consumer<byte[]> check) throws Exception {
        List<byte[]> inputs = Stream.concat(seeds, findings(folder)).toList();
        assertThat(inputs).hasSizeGreaterThan(50);
        for (byte[] input : inputs) {
            assertThatCode(() -> check.accept(input)).as(Wire.hex(input)).doesNotThrowAnyException();
        }
    }

    private static Stream<byte[]> findings(String folder) throws URISyntaxException, IOException {
        Path findings = Path.of(
                DecoderRegressionTest.class.getResource("/fuzz/" + folder).toURI());
        try (Stream<Path> files = Files.list(findings)) {
            return files.toList().stream().map(DecoderRegressionTest::read);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void damage(SplittableRandom random, List<byte[]> inputs, Consumer<byte[]> check) {
        for (int i = 0; i < 500; i++) {
            byte[] stream = inputs.get(random.nextInt(inputs.size())).clone();
            for (int more = random.nextInt(4); more > 0; more--) {
                byte[] next = inputs.get(random.nextInt(inputs.size()));
                int length = stream.length;
                stream = Arrays.copyOf(stream, length + next.length - 1);
                System.arraycopy(next, 1, stream, length, next.length - 1);
            }
            stream[random.nextInt(stream.length)] = (byte) random.nextInt(256);
            byte[] damaged = stream;
            assertThatCode(() -> check.accept(damaged)).as(Wire.hex(damaged)).doesNotThrowAnyException();
        }
    }
}
