// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A text file of mosquitto, and which of the three it is. */
record TextFile(Path path, List<String> lines) {
    enum Kind {
        SETTINGS,
        ACCOUNTS,
        RULES
    }

    private static final long BYTES_MAX = 64 << 20;
    private static final Predicate<String> ACCOUNT =
            Pattern.compile("[^#:]+:\\$[0-9a-z]+\\$.*").asMatchPredicate();
    private static final Predicate<String> RULE =
            Pattern.compile("\\s*(topic|pattern)\\s.*").asMatchPredicate();
    /** Of the settings of a bridge, whose topics begin like those of rules. */
    private static final Predicate<String> BRIDGE =
            Pattern.compile("\\s*connection\\s.*").asMatchPredicate();

    /**
     * Reads a file.
     *
     * @throws MosquittoFileException when it is no text
     * @throws IOException when it cannot be read
     */
    static TextFile read(Path path) throws IOException {
        if (Files.size(path) > BYTES_MAX) {
            throw new MosquittoFileException(
                    "is neither a mosquitto.db nor, with its size, a text file of mosquitto; nothing was written");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
                    .toString();
            return new TextFile(path, text.lines().toList());
        } catch (CharacterCodingException e) {
            throw new MosquittoFileException("is neither a mosquitto.db nor UTF-8 text; nothing was written");
        }
    }

    /** Which file it is, by what its lines look like. */
    Kind kind() {
        long said = lines.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .count();
        long accounts = lines.stream().filter(ACCOUNT).count();
        if (accounts > 0 && 2 * accounts >= said) {
            return Kind.ACCOUNTS;
        }
        return lines.stream().anyMatch(RULE) && lines.stream().noneMatch(BRIDGE) ? Kind.RULES : Kind.SETTINGS;
    }
}
