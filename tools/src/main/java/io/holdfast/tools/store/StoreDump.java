// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.tools.store.Section.Column;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code holdfast store dump}: prints what is in a store, as a broker that starts now would find it. */
@Command(
        name = "dump",
        description = {
            "Prints what is in a store, as a broker that starts now would find it: rows with the tail of the log folded"
                    + " over them. Writes nothing and takes no lock, so it works beside a running broker, which is seen as"
                    + " of its last sync."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything could be read",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "4:rows are damaged; they are printed in hexadecimal, with the reason",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
public final class StoreDump extends ReadingVerb {
    /** How a dump is written. */
    enum Format {
        table,
        json,
        jsonl,
        csv,
        raw
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description =
                    "table (default) for the eye; jsonl, json and csv for programs, with nothing cut; raw for rows"
                            + " as they lie in the store.")
    private Format format = Format.table;

    @Option(
            names = "--section",
            paramLabel = "NAME",
            split = ",",
            description = "Only these sections: store, sessions, subscriptions, inflight, inbound, queued, retained,"
                    + " wills, timers, topics, log, events.")
    private List<String> sections = List.of();

    @Option(
            names = "--client",
            paramLabel = "ID",
            description = "Only what belongs to this client identifier, or to those like glob:PATTERN (* and ?) or"
                    + " regex:PATTERN.")
    private @Nullable String client;

    @Option(
            names = "--topic",
            paramLabel = "FILTER",
            description =
                    "Only messages whose topic this filter covers, and filters that have a topic in common with it.")
    private @Nullable String topic;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "Only what is not older: 2026-03-01T10:00:00Z, 2026-03-01, or 30s, 5m, 2h, 7d ago.")
    private @Nullable Instant since;

    @Option(names = "--until", paramLabel = "TIME", converter = TimeOption.class, description = "Only what is older.")
    private @Nullable Instant until;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            split = ",",
            description =
                    "Only sessions that are connected, offline or shared; only messages that are queued, maybe-sent,"
                            + " sent or released.")
    private List<String> states = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "At most N rows of each section.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--keys-only",
            description =
                    "Only the columns that tell rows apart; no message is read, so this is several times as fast.")
    private boolean keysOnly;

    @Option(
            names = "--payload",
            paramLabel = "STYLE",
            description = "How payloads are shown: auto (default), text, json, hex or none.")
    private PayloadStyle payload = PayloadStyle.auto;

    private Set<Section> wanted = Set.of();
    private Selection selection = Selection.ALL;

    @Override
    protected void prepare() {
        wanted = wanted();
        selection = selection();
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit is at least 1");
        }
        if (format == Format.raw && !selection.equals(Selection.ALL.withKeysOnly(keysOnly))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "-o raw shows rows as they lie; it goes with --section, --limit and --keys-only");
        }
    }

    private Selection selection() {
        for (String state : states) {
            if (!Selection.SESSION_STATES.contains(state) && !Selection.MESSAGE_STATES.contains(state)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "There is no state '" + state + "'; sessions are "
                                + String.join(", ", sorted(Selection.SESSION_STATES)) + ", messages "
                                + String.join(", ", sorted(Selection.MESSAGE_STATES)) + ".");
            }
        }
        try {
            return new Selection(
                    ClientSelection.of(client),
                    topic == null ? null : TopicFilter.parse(topic),
                    since == null ? Long.MIN_VALUE : since.toEpochMilli(),
                    until == null ? Long.MAX_VALUE : until.toEpochMilli(),
                    Set.copyOf(states),
                    keysOnly);
        } catch (InvalidTopicException e) {
            throw new ParameterException(
                    spec.commandLine(), "'" + topic + "' is no topic filter: " + e.getMessage(), e);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--client: " + e.getMessage(), e);
        }
    }

    private static Set<String> sorted(Set<String> names) {
        return new TreeSet<>(names);
    }

    @Override
    int run(StoreReader store, StoreFacts facts, Writer out) throws IOException {
        try (LongWork progress = LongWork.onTerminal()) {
            boolean sound = format == Format.raw
                    ? new RawDump(store, out, keysOnly, limit, progress).dump(tables())
                    : new StoreDumper(store, narrowed(output(out)), progress).dump(wanted, selection);
            return sound ? ExitCode.OK : EXIT_DAMAGED;
        }
    }

    private DumpOutput output(Writer out) throws IOException {
        return switch (format) {
            case json -> JsonOutput.array(out, payload);
            case jsonl -> JsonOutput.lines(out, payload);
            case csv -> new CsvOutput(out, payload);
            case table, raw -> new TableOutput(out, payload);
        };
    }

    private DumpOutput narrowed(DumpOutput out) {
        boolean hidden = payload == PayloadStyle.none;
        Predicate<Column> shown =
                column -> (!keysOnly || column.isKey()) && !(hidden && column.kind() == Section.Kind.PAYLOAD);
        return keysOnly || hidden || limit != Long.MAX_VALUE ? new NarrowedOutput(out, shown, limit) : out;
    }

    /** The tables whose rows a section is made of. */
    private Set<Table> tables() {
        if (sections.isEmpty()) {
            return EnumSet.allOf(Table.class);
        }
        Set<Table> tables = EnumSet.noneOf(Table.class);
        wanted.forEach(section -> tables.addAll(section.tables()));
        return tables;
    }

    private Set<Section> wanted() {
        if (sections.isEmpty()) {
            return EnumSet.allOf(Section.class);
        }
        Set<Section> chosen = EnumSet.noneOf(Section.class);
        for (String title : sections) {
            Section section = Section.of(title.strip());
            if (section == null) {
                throw new ParameterException(
                        spec.commandLine(), "There is no section '" + title + "'; sections are " + titles() + ".");
            }
            chosen.add(section);
        }
        return chosen;
    }

    private static String titles() {
        return Arrays.stream(Section.values()).map(Section::title).collect(Collectors.joining(", "));
    }
}
