// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.access.Client;
import io.holdfast.server.rule.RuleGrants;
import io.holdfast.server.rule.Rules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MosquittoRulesTest {
    @TempDir
    Path folder;

    private Converted convert(String... lines) throws Exception {
        Converted rules = MosquittoRules.convert(new TextFile(Path.of("acl"), List.of(lines)));
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
        assertThat(converted.remarks().get(0)).startsWith("acl:2: read news/#: a client that subscribes to more");
        assertThat(converted.remarks().get(1)).startsWith("acl:3: up/%c/%u: a user or client identifier with /");
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
        assertThat(converted.remarks().get(0)).startsWith("acl:2: deny x: denies this to all users");
        assertThat(converted.remarks().get(1)).startsWith("acl:3: y: left out");
        assertThat(converted.remarks().get(2)).contains("deny it by name");
    }

    private static final List<String> LEVELS = List.of("a", "b", "a%u", "ada", "c1");
    private static final List<String> USERS = List.of("", "ada", "bob", "eve");

    private static String filter(SplittableRandom random, boolean pattern) {
        List<String> levels = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            List<String> more = pattern ? List.of("+", "%u", "%c", "x%u") : List.of("+", "+");
            int drawn = random.nextInt(LEVELS.size() + more.size());
            levels.add(drawn < LEVELS.size() ? LEVELS.get(drawn) : more.get(drawn - LEVELS.size()));
        }
        if (random.nextInt(4) == 0) {
            levels.add("#");
        }
        return String.join("/", levels);
    }

    @Seeded(runs = 200)
    @DisplayName("any file decides here for any user, client and topic as it does there")
    void convert_anyFile_decidesAsThere(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        MosquittoAcl acl = new MosquittoAcl();
        List<String> sections = new ArrayList<>(USERS.subList(0, 3));
        List<String> accesses = List.of("read", "write", "readwrite", "deny");
        sections.sort(Comparator.comparing(String::isEmpty).reversed()); // Lines for nobody stand before any user.
        for (String section : List.of(sections.get(0), sections.get(1), sections.get(2), sections.get(1))) {
            for (int i = 0; i < random.nextInt(4); i++) {
                boolean pattern = random.nextInt(3) == 0;
                acl.add(new MosquittoAcl.Line(
                        pattern,
                        section.isEmpty() ? null : section,
                        accesses.get(random.nextInt(4)),
                        filter(random, pattern)));
            }
        }
        Converted converted = convert(acl.text().toArray(String[]::new));
        Rules rules = Rules.read(folder.resolve("rules"), user -> Set.of());
        for (int i = 0; i < 200; i++) {
            String drawn = USERS.get(random.nextInt(USERS.size()));
            String user = drawn.isEmpty() ? null : drawn;
            TopicName topic =
                    TopicName.of(filter(random, false).replace("#", "b").replace("+", "c1"));
            RuleGrants grants = rules.granted(new Client("c1", user, null));
            boolean writes = acl.allows("write", topic, user, "c1");
            assertThat(List.of(
                            grants.mayPublish(topic, 2),
                            grants.mayRetain(topic, 2),
                            grants.mayLeaveWill(topic, 2),
                            grants.mayReceive(topic)))
                    .as("%s %s by%n%s%nfrom%n%s", user, topic, converted.text(), String.join("\n", acl.text()))
                    .containsExactly(writes, writes, writes, acl.allows("read", topic, user, "c1"));
        }
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
        assertThatThrownBy(() -> MosquittoRules.convert(new TextFile(Path.of("acl"), List.of("topic a", line))))
                .isInstanceOf(MosquittoFileException.class)
                .hasMessageContaining("line 2 ");
    }
}
