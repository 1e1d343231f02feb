// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.tools.Verb;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast retained}: retained messages of a running broker. */
@Command(
        name = "retained",
        description = "Looks at retained messages of a running broker and clears them.",
        mixinStandardHelpOptions = true,
        subcommands = {RetainedVerb.ListVerb.class, RetainedVerb.Get.class, RetainedVerb.Clear.class})
public final class RetainedVerb implements Verb, Runnable {
    private static final String PATH = "/api/v1/retained";

    @Spec
    private CommandSpec spec;

    public RetainedVerb() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing a verb; see 'holdfast retained --help'.");
    }

    /** {@code holdfast retained list}. */
    @Command(name = "list", description = "Lists retained messages in the order of their topics.")
    static final class ListVerb extends AdminVerb {
        private static final int PAGE = 1_000;

        @Option(names = "--filter", paramLabel = "FILTER", description = "Only topics that this topic filter matches.")
        private @Nullable String filter;

        @Option(names = "--limit", paramLabel = "N", description = "So many at most (default 100).")
        private int limit = 100;

        @Option(
                names = "--payload",
                paramLabel = "FORM",
                description = "none (default), text, json or hex; in json and jsonl.")
        private String payload = "none";

        ListVerb() {}

        @Override
        void run(AdminCall call) throws AdminCallException, IOException {
            Table table = new Table("messages", "qos", "bytes", "ageSeconds", "expiresSeconds", "topic");
            String query = "?payload=" + AdminCall.encoded(payload)
                    + (filter == null ? "" : "&filter=" + AdminCall.encoded(filter));
            int left = limit;
            String after = "";
            while (left > 0 && after != null) {
                Map<String, @Nullable Object> answer =
                        call.send("GET", PATH + query + "&limit=" + Math.min(left, PAGE) + after);
                List<?> messages = AdminCall.list(answer, "messages");
                table.print(messages);
                left -= messages.size();
                Object next = answer.get("next");
                after = next == null ? null : "&after=" + AdminCall.encoded(String.valueOf(next));
            }
            table.end();
        }
    }

    /** {@code holdfast retained get}. */
    @Command(name = "get", description = "Shows a topic's retained message.")
    static final class Get extends AdminVerb {
        @Parameters(paramLabel = "TOPIC", description = "The topic name.")
        private String topic = "";

        @Option(names = "--payload", paramLabel = "FORM", description = "none, text (default), json or hex.")
        private String payload = "text";

        Get() {}

        @Override
        void run(AdminCall call) throws AdminCallException {
            printObject(
                    call.send("GET", PATH + "/" + AdminCall.encoded(topic) + "?payload=" + AdminCall.encoded(payload)));
        }
    }

    /** {@code holdfast retained clear}. */
    @Command(
            name = "clear",
            description =
                    "Takes a topic's retained message away, as an empty retained PUBLISH does; subscribers get that.")
    static final class Clear extends AdminVerb {
        @Parameters(paramLabel = "TOPIC", description = "The topic name.")
        private String topic = "";

        Clear() {}

        @Override
        void run(AdminCall call) throws AdminCallException {
            printObject(call.send("DELETE", PATH + "/" + AdminCall.encoded(topic)));
        }
    }
}
