// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.Client;
import io.holdfast.server.access.Grants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
    private static final Client ADA = new Client("c1", "ada", null);
    private static final Client NOBODY = new Client("c1", null, null);

    @TempDir
    private Path folder;

    private Rules rules(String... lines) throws IOException {
        Path file = folder.resolve("rules");
        Files.writeString(file, String.join("\n", lines));
        return Rules.read(file, user -> user.equals("ada") ? Set.of("ops") : Set.of());
    }

    private static boolean publishes(Rules rules, Client client, String topic) {
        return rules.grants(client).mayPublish(TopicName.of(topic), 1);
    }

    private static int subscribes(Rules rules, Client client, String filter) {
        return rules.grants(client).subscribeQosMax(TopicFilter.parse(filter));
    }

    private static boolean receives(Rules rules, Client client, String topic) {
        return rules.grants(client).mayReceive(TopicName.of(topic));
    }

    @Test
    @DisplayName("T30 the first rule that fits decides; what none fits is denied")
    void grants_order_firstDecides() throws IOException {
        Rules rules = rules(
                "# comment",
                "",
                "deny all publish a/secret",
                "  allow user ada publish a/#",
                "deny user ada publish a/b");
        assertThat(publishes(rules, ADA, "a/secret")).isFalse();
        assertThat(publishes(rules, ADA, "a/b")).isTrue();
        assertThat(publishes(rules, ADA, "b")).isFalse();
        assertThat(publishes(rules, new Client("c", "bob", null), "a/b")).isFalse();
        assertThat(receives(rules, ADA, "a/b")).isFalse();
        assertThat(subscribes(rules, ADA, "a/b")).isEqualTo(Grants.NOT_AT_ALL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "user ada|true",
                "user bob,a*|true",
                "user b?b|false",
                "group ops|true",
                "group x,o*|true",
                "group dev|false",
                "client c?|true",
                "client d*|false",
                "certificate *|false",
                "anonymous|false",
                "all|true",
                "user \"ada\"|true",
                "user \"a,da\"|false"
            })
    @DisplayName("T30 subjects: users, groups, clients, certificates by pattern; strangers; everybody")
    void subject_kinds_matched(String subject, boolean fits) throws IOException {
        assertThat(publishes(rules("allow " + subject + " publish t"), ADA, "t"))
                .isEqualTo(fits);
    }

    @Test
    @DisplayName("K17 T31 who is nobody fits anonymous, client and all; no user, no group, no certificate")
    void subject_nobody_namesNeverFit() throws IOException {
        for (String subject : new String[] {"user *", "group *", "certificate *"}) {
            assertThat(publishes(rules("allow " + subject + " publish t"), NOBODY, "t"))
                    .isFalse();
        }
        for (String subject : new String[] {"anonymous", "client *", "all"}) {
            assertThat(publishes(rules("allow " + subject + " publish t"), NOBODY, "t"))
                    .isTrue();
        }
        Client device = new Client("c", null, "dev7");
        assertThat(publishes(rules("allow certificate dev* publish t"), device, "t"))
                .isTrue();
        assertThat(publishes(rules("allow anonymous publish t"), device, "t")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "a/b", "a+", "/", "$SYS", "$share"})
    @DisplayName("K17 T31 a name with a wildcard, a slash or a leading $ fits no rule that puts names into topics")
    void substitution_hostileName_neverFits(String name) throws IOException {
        Rules rules = rules("allow all all d/%u/#", "allow all all %c/x", "allow all all plain/#");
        for (Client client : new Client[] {new Client("c", name, null), new Client(name, null, null)}) {
            for (String topic : new String[] {"d/x", "d/a/b", "d/" + name.replaceAll("[+#]", "x"), "x/x", "$SYS/x"}) {
                assertThat(publishes(rules, client, topic)).as(topic).isFalse();
                assertThat(receives(rules, client, topic)).as(topic).isFalse();
            }
            assertThat(subscribes(rules, client, "d/#")).isEqualTo(Grants.NOT_AT_ALL);
            assertThat(subscribes(rules, client, "d/+/#")).isEqualTo(Grants.NOT_AT_ALL);
            assertThat(publishes(rules, client, "plain/x")).isTrue();
        }
    }

    @Test
    @DisplayName(
            "T31 %u and %c stand for names letter by letter, in and beside other letters; %% for itself; null fits nothing")
    void substitution_names_literal() throws IOException {
        Rules rules = rules("allow all all u/%u/#", "allow all all dev-%c-%%/%%u");
        assertThat(publishes(rules, ADA, "u/ada/t")).isTrue();
        assertThat(publishes(rules, ADA, "u/bob/t")).isFalse();
        assertThat(publishes(rules, ADA, "dev-c1-%/%u")).isTrue();
        assertThat(publishes(rules, NOBODY, "u/null/t")).isFalse();
        assertThat(publishes(rules, NOBODY, "u//t")).isFalse();
        assertThat(publishes(rules, new Client("", "", null), "u//t")).isFalse();
        assertThat(subscribes(rules, ADA, "u/ada/#")).isEqualTo(2);
        assertThat(subscribes(rules, ADA, "u/+/#")).isEqualTo(Grants.NOT_AT_ALL);
        Client percent = new Client("%u", "%c", null);
        assertThat(publishes(rules, percent, "u/%c/t")).isTrue();
        assertThat(publishes(rules, percent, "dev-%u-%/%u")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a/#, true",
        "a, true",
        "a/b/c, true",
        "a/+/x, true",
        "$share/g/a/#, true",
        "#, false",
        "+, false",
        "+/b, false",
        "$share/g/#, false",
        "$share/g/+/b, false",
        "b, false",
        "$SYS/#, false",
        "$share/a/b, false"
    })
    @DisplayName(
            "T30 T29 a filter is allowed when all that it matches is, a shared one by what stands behind the share name")
    void subscribe_inclusion_judged(String filter, boolean allowed) throws IOException {
        assertThat(subscribes(rules("allow all subscribe a/#"), ADA, filter) >= 0)
                .isEqualTo(allowed);
    }

    @Test
    @DisplayName(
            "T30 a deny rule inside of what is allowed holds its messages back; a filter all inside of it is refused")
    void subscribe_deniedPart_heldBack() throws IOException {
        Rules rules = rules("deny all subscribe a/secret/#", "allow all subscribe a/#");
        assertThat(subscribes(rules, ADA, "a/#")).isEqualTo(2);
        assertThat(subscribes(rules, ADA, "a/+")).isEqualTo(2);
        assertThat(subscribes(rules, ADA, "a/secret")).isEqualTo(Grants.NOT_AT_ALL);
        assertThat(subscribes(rules, ADA, "a/secret/+/x")).isEqualTo(Grants.NOT_AT_ALL);
        assertThat(receives(rules, ADA, "a/b")).isTrue();
        assertThat(receives(rules, ADA, "a/secret")).isFalse();
        assertThat(receives(rules, ADA, "a/secret/x")).isFalse();
    }

    @Test
    @DisplayName("T28 # is not $SYS; retained messages and wills have to be allowed beside publishing")
    void actions_each_alone() throws IOException {
        Rules rules = rules("allow all publish,subscribe #", "allow user ada all status/%u");
        assertThat(receives(rules, ADA, "$SYS/broker/uptime")).isFalse();
        assertThat(subscribes(rules, ADA, "$SYS/#")).isEqualTo(Grants.NOT_AT_ALL);
        TopicName status = TopicName.of("status/ada");
        TopicName other = TopicName.of("other");
        assertThat(rules.grants(ADA).mayRetain(status, 1)).isTrue();
        assertThat(rules.grants(ADA).mayLeaveWill(status, 1)).isTrue();
        assertThat(rules.grants(ADA).mayRetain(other, 1)).isFalse();
        assertThat(rules.grants(ADA).mayLeaveWill(other, 1)).isFalse();
    }

    @Test
    @DisplayName(
            "T30 qos<= lowers subscriptions and passes higher publications on to the next rule; limit bounds the expiry")
    void options_bounds_kept() throws IOException {
        Rules rules = rules(
                "allow all subscribe low/# qos<=0",
                "allow all publish low/# qos<=1",
                "limit user bob,ada session-expiry<=3600",
                "limit all session-expiry<=0");
        assertThat(subscribes(rules, ADA, "low/x")).isZero();
        assertThat(rules.grants(ADA).mayPublish(TopicName.of("low/x"), 1)).isTrue();
        assertThat(rules.grants(ADA).mayPublish(TopicName.of("low/x"), 2)).isFalse();
        assertThat(receives(rules, ADA, "low/x")).isTrue();
        assertThat(rules.grants(ADA).sessionExpirySecondsMax()).isEqualTo(3_600);
        assertThat(rules.grants(NOBODY).sessionExpirySecondsMax()).isZero();
        assertThat(rules("allow all all #").grants(ADA).sessionExpirySecondsMax())
                .isEqualTo(Grants.EXPIRY_UNLIMITED);
    }

    @Test
    @DisplayName("T30 whoever asks is told the line that decides")
    void explain_decision_namesLine() throws IOException {
        Rules rules = rules("# first", "deny all publish a", "allow group ops publish,subscribe # qos<=1");
        RuleGrants ada = rules.granted(ADA);
        assertThat(ada.explainPublish(TopicName.of("a"), 0))
                .isEqualTo(new RuleGrants.Decision(false, 2, "deny all publish a", Grants.NOT_AT_ALL));
        assertThat(ada.explainSubscribe(TopicFilter.parse("x/#")))
                .isEqualTo(new RuleGrants.Decision(true, 3, "allow group ops publish,subscribe # qos<=1", 1));
        assertThat(rules.granted(NOBODY)
                        .explainSubscribe(TopicFilter.parse("x"))
                        .line())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "permit all all #|a line begins with allow, deny, limit or #, not with 'permit'",
                "allow|the line ends where it should say whom",
                "allow users ada publish a|not for 'users'",
                "allow user|the line ends where it should say which user",
                "allow user ada,, publish a|a name of a user is empty",
                "allow user ada|the line ends where it should say what",
                "allow user ada read a|an action is publish, subscribe, retain, will or all, not 'read'",
                "allow user ada publish|the line ends where it should say which topics",
                "allow user ada publish a/#/b|'a/#/b' is no topic filter",
                "allow user ada publish a+|'a+' is no topic filter",
                "allow user ada publish a/%x|has a % that is none of",
                "allow user ada publish a%|has a % that is none of",
                "allow all subscribe $share/g/a|is a shared filter",
                "allow all publish a qos<=3|'qos<=3' is not qos<=N",
                "allow all publish a qos=1|'qos=1' is not qos<=N",
                "deny all publish a qos<=1|a deny rule has no options",
                "allow all publish a qos<=1 b|nothing can follow here: 'b'",
                "limit all expiry<=3|'expiry<=3' is not session-expiry<=N",
                "limit all session-expiry<=4294967295|'session-expiry<=4294967295' is not",
                "allow user \"ada publish a|a quote is opened and not closed"
            })
    @DisplayName("T33 a line that is no rule is an error with its place")
    void read_wrongLine_placed(String line, String message) {
        assertThatThrownBy(() -> rules("allow all all #", line))
                .isInstanceOf(AccessFileException.class)
                .hasMessageContaining("rules:2: ")
                .hasMessageContaining(message);
    }

    @Test
    @DisplayName("T33 a file without rules, a missing one and one that everybody may write to are errors")
    void read_unusable_error() throws IOException {
        assertThatThrownBy(() -> rules("# nothing")).hasMessageContaining("holds no rule");
        assertThatThrownBy(() -> rules("limit all session-expiry<=1")).hasMessageContaining("holds no rule");
        assertThatThrownBy(() -> Rules.read(folder.resolve("none"), user -> Set.of()))
                .hasMessageContaining("no such file");
        Path open = folder.resolve("rules");
        Files.writeString(open, "allow all all #\n");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--rw-"));
        assertThatThrownBy(() -> Rules.read(open, user -> Set.of())).hasMessageContaining("may write to it");
    }

    @Test
    @DisplayName("T30 topics and names with blanks stand in quotes")
    void read_quotes_oneWord() throws IOException {
        Rules rules = rules("allow user \"ada smith\",\"q\\\"\" publish \"a b/#\"");
        assertThat(publishes(rules, user("ada smith"), "a b/c")).isTrue();
        assertThat(publishes(rules, user("q\""), "a b")).isTrue();
        assertThat(publishes(rules, user("ada"), "a b/c")).isFalse();
    }

    private static Client user(@Nullable String name) {
        return new Client("c", name, null);
    }
}
