// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
    private static final byte[] SALT = "saltsaltsaltsalt".getBytes(UTF_8);

    /** As another implementation of PBKDF2 makes it, of a password that is no text. */
    private static final String BINARY = "$pbkdf2-sha512$i=1000$c2FsdHNhbHRzYWx0c2FsdA$"
            + "oZhzFlt4jreg0g9h12EMt18XbvzSwp12ensaKcmptEE/zoBYhWEGI9ysK9aVq1q0uWfBX8fFtECt+z54U/P6Iw";

    @ParameterizedTest
    @CsvSource({
        "pass word, $7$101$6Uu/eNGqQZb//F0/$TyUPf1zaOVnsjc10qgxT5HcGfOgs+/JyO7rNd+nH23QzCX8tPTPNwAksLpy+cWje1FbfkWoGxHn"
                + "+BzwTOGrXig==",
        "oldpass, $6$fIVHOzCSBkpRpyl7$5sJxz9JEKb1TOKzPl9dfw7m9aEvPo5MKU7scapsHfghwljBZPRl1EmBhJ7acE7980ioqS/VW6rxtf4opku"
                + "O78g=="
    })
    @DisplayName("T34 hashes that mosquitto_passwd has written are understood, and fit one password only")
    void matches_mosquitto_understood(String password, String text) {
        PasswordHash hash = PasswordHash.parse(text);
        assertThat(hash.matches(password.getBytes(UTF_8))).isTrue();
        assertThat(hash.matches((password + "x").getBytes(UTF_8))).isFalse();
        assertThat(hash.matches(new byte[0])).isFalse();
    }

    @Test
    @DisplayName("T34 the text form is the standard one, with and without padding, and a password need not be text")
    void pbkdf2_binaryPassword_asElsewhere() {
        byte[] password = {(byte) 0xFF, 0, 'b', 'i', 'n'};
        assertThat(PasswordHash.pbkdf2(password, SALT, 1_000).text()).isEqualTo(BINARY);
        assertThat(PasswordHash.parse(BINARY).matches(password)).isTrue();
        assertThat(PasswordHash.parse(BINARY + "==").matches(password)).isTrue();
        assertThat(PasswordHash.parse(BINARY).matches(new byte[] {(byte) 0xFF, 0, 'b', 'i'}))
                .isFalse();
    }

    @Test
    @DisplayName("T34 $sha256$ is for secrets of 128 bits: a shorter password never fits, even the right one")
    void sha256_shortSecret_refused() {
        byte[] secret = "0123456789abcdefghijkl".getBytes(UTF_8);
        byte[] word = "fifteen letters".getBytes(UTF_8);
        assertThat(PasswordHash.parse(PasswordHash.sha256(secret, SALT).text()).matches(secret))
                .isTrue();
        assertThat(PasswordHash.sha256(word, SALT).matches(word)).isFalse();
    }

    @Test
    @DisplayName("T34 a hash of which a single byte is another fits no more, whichever byte")
    void matches_oneByteOfHash_decides() {
        byte[] password = "love".getBytes(UTF_8);
        PasswordHash right = PasswordHash.pbkdf2(password, SALT, 1);
        for (int i = 0; i < right.hash().length; i++) {
            byte[] other = right.hash().clone();
            other[i] ^= 1;
            assertThat(new PasswordHash(right.scheme(), 1, null, SALT, other, "").matches(password))
                    .as("byte %d", i)
                    .isFalse();
        }
    }

    @Test
    @DisplayName("T34 an empty password never fits, the hash of one included")
    void matches_hashOfEmptyPassword_never() {
        Base64.Encoder encoder = Base64.getEncoder();
        byte[] hash = PasswordHash.digest("SHA-512", new byte[0], SALT);
        String text = "$6$" + encoder.encodeToString(SALT) + "$" + encoder.encodeToString(hash);
        assertThat(PasswordHash.parse(text).matches(new byte[0])).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "7061737320776f7264 $argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA"
                        + "$C7dksLzt0JTWoDoZ6BhChBXgKrsbwwAL9xEsXJu4TC0",
                "ff0062696e $argon2id$v=19$m=256,t=3,p=4$c2FsdHNhbHQ$IU+XAyhvrHRuWGMmC8H43A",
                "7061737320776f7264 $argon2id$v=19$m=47104,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA"
                        + "$aIkrwpj19YuICX0B5gTGHwrhh4itMf9QNu06YHePhqVW5Q0oiWPqlsQvqeOL6YRkUXxQ6rKW5fiQIkNO7J2kXg"
            })
    @DisplayName(
            "T34 hashes by Argon2id that the reference implementation has made are understood, and fit one password only")
    void matches_argon2id_asElsewhere(String passwordHex, String text) {
        byte[] password = HexFormat.of().parseHex(passwordHex);
        PasswordHash hash = PasswordHash.parse(text);
        assertThat(hash.matches(password)).isTrue();
        password[0]++;
        assertThat(hash.matches(password)).isFalse();
        assertThat(hash.matches(new byte[0])).isFalse();
        assertThat(hash.isCheap()).isFalse();
    }

    @Test
    @DisplayName("T34 what is made by Argon2id is read again, with the salt that it was given")
    void argon2id_made_readAgain() {
        byte[] password = "love".getBytes(UTF_8);
        PasswordHash made = PasswordHash.argon2id(password, SALT, new Argon2.Cost(64, 1, 2));
        assertThat(made.text()).startsWith("$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0c2FsdA$");
        assertThat(PasswordHash.parse(made.text())).isEqualTo(made);
        assertThat(PasswordHash.parse(made.text()).matches(password)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "m=65537,t=1,p=1     | 64 MiB",
                "m=999999999,t=1,p=1 | 64 MiB",
                "m=1024,t=17,p=1     | costs too much",
                "m=65536,t=5,p=1     | costs too much",
                "m=1024,t=999999999,p=1 | costs too much",
                "m=1024,t=1,p=17     | lanes",
                "m=7,t=1,p=1         | lanes",
                "m=1024,t=1,p=999999999 | lanes",
                "m=9999999999,t=1,p=1 | no parameters",
            })
    @DisplayName("T33 a line of a file that asks for more memory or time than a login may cost is refused, not tried")
    void parse_argon2idTooDear_refused(String parameters, String why) {
        String text = "$argon2id$v=19$" + parameters + "$c2FsdHNhbHRzYWx0c2FsdA$IU+XAyhvrHRuWGMmC8H43A";
        assertThatThrownBy(() -> PasswordHash.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    @DisplayName(
            "T46 hashes by Argon2id that are computed at a time share a quarter of the heap: others wait, nobody fails")
    void matches_manyAtATime_memoryIsBounded() throws Exception {
        Argon2.Cost dear = new Argon2.Cost(64 << 10, 1, 1);
        byte[] password = "love".getBytes(UTF_8);
        byte[] wanted = Argon2.hash(dear, password, SALT, 32);
        int threads = (int) (Runtime.getRuntime().maxMemory() / (64L << 20)) + 2; // Together more than the whole heap.
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<byte[]>> hashes = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                hashes.add(pool.submit(() -> Argon2.hash(dear, password, SALT, 32)));
            }
            for (Future<byte[]> hash : hashes) {
                assertThat(hash.get(5, TimeUnit.MINUTES)).isEqualTo(wanted);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "$",
                "$5$a$b",
                "$6$onlyone",
                "$7$101$c2FsdA==",
                "$7$0$c2FsdA==$c2FsdA==",
                "$7$99999999$c2FsdA==$c2FsdA==",
                "$6$c2FsdA==$c2FsdA==",
                "$6$%%%%$c2FsdA==",
                "$pbkdf2-sha512$1000$c2FsdA$c2FsdA",
                "$sha256$i=1$c2FsdA$c2FsdA",
                "$sha256$c2FsdA$c2FsdA",
                "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA",
                "$argon2id$v=16$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$IU+XAyhvrHRuWGMmC8H43A",
                "$argon2i$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$IU+XAyhvrHRuWGMmC8H43A",
                "$argon2id$v=19$m=1024,t=2$c2FsdHNhbHRzYWx0c2FsdA$IU+XAyhvrHRuWGMmC8H43A",
                "$argon2id$v=19$m=1024,t=0,p=1$c2FsdHNhbHRzYWx0c2FsdA$IU+XAyhvrHRuWGMmC8H43A",
                "$argon2id$v=19$m=1024,t=2,p=1$c2Fs$IU+XAyhvrHRuWGMmC8H43A",
                "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$IU+XAw"
            })
    @DisplayName("T33 what is no hash is an error that says so")
    void parse_noHash_error(String text) {
        assertThatThrownBy(() -> PasswordHash.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }
}
