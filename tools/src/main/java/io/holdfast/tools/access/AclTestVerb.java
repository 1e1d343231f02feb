// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.access;

import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.Client;
import io.holdfast.server.account.PasswordFile;
import io.holdfast.server.rule.RuleGrants;
import io.holdfast.server.rule.Rules;
import io.holdfast.tools.SettingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast acl test}: what the rules say to one client about one topic, and by which line. */
@Command(
        name = "test",
        description = "Says whether a user may publish to a topic or subscribe with a filter, and which line decides.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:allowed", "1:denied", "2:wrong usage or configuration, or rules that cannot be read"})
final class AclTestVerb implements Callable<Integer> {
    private static final String NOBODY = "-";

    /** What to do with the topic. */
    enum Attempt {
        publish,
        subscribe
    }

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "USER",
            description = "The user name; " + NOBODY + " for a client without one.")
    private String user = "";

    @Parameters(index = "1", paramLabel = "ACTION", description = "${COMPLETION-CANDIDATES}")
    private Attempt attempt = Attempt.publish;

    @Parameters(index = "2", paramLabel = "TOPIC", description = "The topic, or the filter of a subscription.")
    private String topic = "";

    @Option(names = "--client", paramLabel = "ID", description = "The client identifier (default: the user name).")
    private @Nullable String clientId;

    @Option(names = "--certificate", paramLabel = "NAME", description = "The name in the client's certificate.")
    private @Nullable String certificate;

    @Option(
            names = "--group",
            paramLabel = "NAME",
            split = ",",
            description = "Groups beside those in the password file; may be repeated.")
    private List<String> groups = List.of();

    @Option(names = "--qos", paramLabel = "N", description = "The QoS of the message, 0 to 2 (default: 0).")
    private int qos;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The rules file; without it access.rules-file of the configuration.")
    private @Nullable Path file;

    @Mixin
    private SettingOptions settings = new SettingOptions();

    AclTestVerb() {}

    @Override
    public Integer call() {
        try {
            AccessConfig access = access();
            Path rules = file == null ? access.rulesFile() : file;
            if (rules == null) {
                return fail(
                        "which rules? Give --file FILE, or --config with a configuration that sets access.rules-file");
            }
            RuleGrants.Decision decision =
                    decide(Rules.read(rules, groups(access)).granted(client()));
            print(rules, decision);
            return decision.allowed() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (ConfigurationException | IOException e) {
            return fail(e.getMessage());
        } catch (InvalidTopicException e) {
            return fail("'" + topic + "' is no topic " + (attempt == Attempt.publish ? "name" : "filter") + ": "
                    + e.getMessage());
        }
    }

    private AccessConfig access() throws ConfigurationException {
        return settings.reader().read().access();
    }

    private Client client() {
        String name = user.equals(NOBODY) ? null : user;
        return new Client(clientId == null ? user : clientId, name, certificate);
    }

    private Function<String, Set<String>> groups(AccessConfig access) throws IOException {
        Set<String> all = new HashSet<>(groups);
        if (access.passwordFile() != null) {
            for (PasswordFile.Entry entry :
                    PasswordFile.read(access.passwordFile()).entries()) {
                if (entry.user().equals(user)) {
                    all.addAll(entry.groups());
                }
            }
        }
        return name -> all;
    }

    private RuleGrants.Decision decide(RuleGrants grants) {
        return attempt == Attempt.publish
                ? grants.explainPublish(TopicName.of(topic), qos)
                : grants.explainSubscribe(TopicFilter.parse(topic));
    }

    private void print(Path rules, RuleGrants.Decision decision) {
        String limit = decision.allowed() && decision.qosMax() < 2 ? " up to QoS " + decision.qosMax() : "";
        String place = decision.line() == 0 ? rules + ": no rule fits" : rules + ":" + decision.line();
        spec.commandLine()
                .getOut()
                .println((decision.allowed() ? "allowed" + limit : "denied") + " by " + place
                        + (decision.line() == 0 ? "" : ": " + decision.text()));
        spec.commandLine().getOut().flush();
    }

    private int fail(@Nullable String sentence) {
        spec.commandLine().getErr().println("holdfast: " + sentence);
        spec.commandLine().getErr().flush();
        return ExitCode.USAGE;
    }
}
