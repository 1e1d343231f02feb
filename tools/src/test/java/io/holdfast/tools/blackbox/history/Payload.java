// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What the history keeps of an application message's bytes: its identity, which is the text before the first {@code |},
 * and enough of the rest to notice any change. Two different messages never carry the same identity.
 */
public record Payload(String id, int lengthBytes, long checksum) {
    private static final char SEPARATOR = '|';

    /** The bytes to publish for an identity: the identity and a filler of the given length. */
    public static byte[] bytes(String id, int fillerBytes) {
        byte[] head = (id + SEPARATOR).getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(head, head.length + fillerBytes);
        for (int i = head.length; i < whole.length; i++) {
            whole[i] = (byte) (i * 31 + id.hashCode());
        }
        return whole;
    }

    public static Payload of(byte[] bytes) {
        int at = 0;
        while (at < bytes.length && bytes[at] != SEPARATOR) {
            at++;
        }
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return new Payload(
                new String(bytes, 0, at, StandardCharsets.UTF_8),
                bytes.length,
                checksum.getValue() << 32 | (Arrays.hashCode(bytes) & 0xFFFF_FFFFL));
    }

    boolean isEmpty() {
        return lengthBytes == 0;
    }
}
