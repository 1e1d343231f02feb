// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConsentTest {
    private final List<String> asked = new ArrayList<>();

    private Consent typing(String answer) {
        return new Consent(question -> {
            asked.add(question);
            return answer;
        });
    }

    @Test
    @DisplayName(
            "--yes has agreed and nobody is asked; at a terminal only y or yes agrees; without a terminal nobody has")
    void isGiven_always_asTyped() {
        assertThat(typing("no").isGiven(true, "Sure?")).isTrue();
        assertThat(asked).isEmpty();
        for (String yes : List.of("y", "yes", " YES ")) {
            assertThat(typing(yes).isGiven(false, "Sure?")).as(yes).isTrue();
        }
        assertThat(asked).containsOnly("Sure?").hasSize(3);
        for (String no : List.of("", "n", "no", "null", "yess")) {
            assertThat(typing(no).isGiven(false, "Sure?")).as(no).isFalse();
        }
        assertThat(new Consent(null).isGiven(false, "Sure?")).isFalse();
        assertThat(new Consent(null).isGiven(true, "Sure?")).isTrue();
    }
}
