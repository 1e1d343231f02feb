// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KeysTest {
    private static final long SESSION = 0x0102030405060708L;

    @Test
    @DisplayName("the layout of every key, byte by byte")
    void keys_always_haveTheirLayout() {
        assertThat(hex(Keys.meta("store"))).isEqualTo("0000" + "73746f7265");
        assertThat(hex(Keys.number(SESSION))).isEqualTo("0000" + "0102030405060708");
        assertThat(hex(Keys.text("a/b".getBytes(StandardCharsets.UTF_8)))).isEqualTo("0000" + "612f62");
        assertThat(hex(Keys.queue(SESSION, 9))).isEqualTo("0000" + "0102030405060708" + "0000000000000009");
        assertThat(hex(Keys.subscription(SESSION, "#".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("0000" + "0102030405060708" + "23");
        assertThat(hex(Keys.timer(7, SESSION, Keys.TimerKind.WILL_DELAY)))
                .isEqualTo("0000" + "0000000000000007" + "0102030405060708" + "02");
        assertThat(hex(Keys.end())).isEqualTo("0001");
    }

    @Seeded(runs = 200)
    @DisplayName("byte order of keys is number order, and what went in comes out")
    void keys_random_sortAsNumbersAndReadBack(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long a = random.nextLong() >>> random.nextInt(1, 64);
        long b = random.nextLong() >>> random.nextInt(1, 64);
        long session = random.nextLong(Long.MAX_VALUE);
        Keys.TimerKind kind = Keys.TimerKind.of(random.nextInt(3));
        assertThat(Integer.signum(Arrays.compareUnsigned(Keys.number(a), Keys.number(b))))
                .isEqualTo(Long.compare(a, b));
        assertThat(Integer.signum(Arrays.compareUnsigned(Keys.queue(session, a), Keys.queue(session, b))))
                .isEqualTo(Long.compare(a, b));
        assertThat(Keys.number(Keys.number(a))).isEqualTo(a);
        assertThat(Keys.queueFirstIndex(Keys.queue(session, a))).isEqualTo(a);
        assertThat(Keys.timerDueMillis(Keys.timer(a, session, kind))).isEqualTo(a);
        assertThat(Keys.timerSession(Keys.timer(a, session, kind))).isEqualTo(session);
        assertThat(Keys.timerKind(Keys.timer(a, session, kind))).isEqualTo(kind);
        byte[] text = Long.toHexString(b).getBytes(StandardCharsets.UTF_8);
        assertThat(Keys.textBytes(Keys.text(text))).isEqualTo(text);
        assertThat(Keys.subscriptionFilter(Keys.subscription(session, text))).isEqualTo(text);
        assertThat(Arrays.compareUnsigned(Keys.number(Long.MAX_VALUE), Keys.end()))
                .isNegative();
    }

    private static String hex(byte[] key) {
        return HexFormat.of().formatHex(key);
    }
}
