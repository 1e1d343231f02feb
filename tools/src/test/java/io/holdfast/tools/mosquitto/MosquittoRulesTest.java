// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.server.rule.Rules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MosquittoRulesTest {
    @TempDir
    Path folder;

    private Converted convert(String... lines) throws Exception {
        Converted rules = MosquittoRules.convert(List.of(lines));
        Rules unused = Rules.read(Files.writeString(folder.resolve("rules"), rules.text()), user -> Set.of());
        return rules;
    }

    private static List<String> rules(Converted converted) {
        return converted
                .text()
                .lines()
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    @Test
    @DisplayName(
            "each user's denials come first, then what allows, patterns last; the order of the file is kept in each")
    void convert_mixedOrder_asMosquittoDecides() throws Exception {
        Converted converted = convert(
                "# who",
                "topic read news/#",
                "pattern write up/%c/%u",
                "pattern deny up/secret",
                "user ada",
                "topic a/1",
                "topic deny a/2",
                "topic write a/3",
                "user bob",
                "topic readwrite b",
                "user ada",
                "topic read a/4",
                "topic deny a/5");
        assertThat(rules(converted))
                .containsExactly(
                        "allow anonymous subscribe news/#",
                        "deny user ada all a/2",
                        "deny user ada all a/5",
                        "allow user ada all a/1",
                        "allow user ada publish,retain,will a/3",
                        "allow user ada subscribe a/4",
                        "allow user bob all b",
                        "deny all all up/secret",
                        "allow all publish,retain,will up/%c/%u");
        assertThat(converted.remarks()).hasSize(2);
        assertThat(converted.remarks().get(0)).startsWith("2: read news/#: a client that subscribes to more");
        assertThat(converted.remarks().get(1)).startsWith("3: up/%c/%u: a user or client identifier with /");
        assertThat(converted.summary()).isEqualTo("9 rules");
    }

    @Test
    @DisplayName("blanks, commas, quotes, backslashes and percent signs of topics and names keep their meaning")
    void convert_oddTexts_quoted() throws Exception {
        Converted converted = convert(
                "user bob, \"the\\builder\"",
                "topic write a b/#",
                "topic write 100%u",
                "pattern write %%c/50%",
                "topic read",
                "topic deny");
        assertThat(rules(converted))
                .containsExactly(
                        "allow user \"bob, \\\"the\\\\builder\\\"\" publish,retain,will \"a b/#\"",
                        "allow user \"bob, \\\"the\\\\builder\\\"\" publish,retain,will 100%%u",
                        "allow user \"bob, \\\"the\\\\builder\\\"\" all read",
                        "allow user \"bob, \\\"the\\\\builder\\\"\" all deny",
                        "allow all publish,retain,will %%%c/50%%");
    }

    @Test
    @DisplayName("T33 a name that would stand for others denies them too and allows nothing; a denied %u is remarked")
    void convert_inexact_neverOpens() throws Exception {
        Converted converted = convert(
                "user a*", "topic deny x", "topic y", "pattern deny private/%u", "topic $share/g/t", "pattern read z");
        assertThat(rules(converted))
                .containsExactly("deny user a* all x", "deny all all private/%u", "allow all subscribe z");
        assertThat(converted.remarks()).hasSize(5);
        assertThat(converted.remarks().get(0)).startsWith("2: deny x: denies this to all users");
        assertThat(converted.remarks().get(1)).startsWith("3: y: left out");
        assertThat(converted.remarks().get(2)).contains("deny it by name");
    }

    @Test
    @DisplayName("a file without rules denies everything, as there")
    void convert_noRules_deniesAll() throws Exception {
        assertThat(rules(convert("# nothing"))).containsExactly("deny all all #");
    }

    @ParameterizedTest
    @ValueSource(strings = {"topic", "topic a b", "topic read a/#/b", "user", "allow all", "  # comment", "pattern a+"})
    @DisplayName("what mosquitto does not start with is refused with its line")
    void convert_wrongLine_refused(String line) {
        assertThatThrownBy(() -> MosquittoRules.convert(List.of("topic a", line)))
                .isInstanceOf(MosquittoFileException.class)
                .hasMessageContaining("line 2 ");
    }
}
