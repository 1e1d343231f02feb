// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.server.transfer.SessionsReader;
import io.holdfast.storage.transfer.SessionPurge;
import io.holdfast.storage.transfer.StoreIntake;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.ScreenText;
import io.holdfast.tools.store.StoreCommand;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast store import}: takes in what {@code store export} wrote. */
@Command(
        name = "import",
        description = {
            "Takes sessions that 'store export' wrote into a store on which no broker runs. They get new numbers and keep"
                    + " their packet identifiers, so their clients go on where they were. All of it or nothing: a copy of the"
                    + " store is changed and checked, takes its place, and the store as it was is kept beside it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            StoreCommand.OUTPUT_LOST,
            "2:wrong usage, or the file is no whole export; nothing was changed",
            "3:clients (without --replace) or shared groups of the file are in the store already; nothing was changed",
            "4:the store is damaged; nothing was changed",
            "5:a broker runs on the store; nothing was changed",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
final class StoreImport extends StoreCommand {
    private static final int EXIT_NO_EXPORT = 2;
    private static final int TOLD_MAX = 20;

    @Parameters(paramLabel = "FILE", description = "What 'store export' wrote.")
    private Path file = Path.of("");

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    private Path data = Path.of(""); // always set: the option is required

    @Option(
            names = "--replace-retained",
            description = "Retained messages of the file win over those of the store (default: the store's stay).")
    private boolean replaceRetained;

    @Option(
            names = "--replace",
            description =
                    "A client's session in the store ends, with all it is owed, where the file has one of the same"
                            + " client (default: nothing is imported then).")
    private boolean replace;

    @Override
    protected int run(Writer out) throws IOException {
        if (!Files.isReadable(file)) {
            complain("there is no file " + file + " that can be read");
            return EXIT_NO_EXPORT;
        }
        try (LongWork progress = LongWork.onTerminal()) {
            return new Remake(data, "import", progress).run(out, this::complain, copy -> take(copy, out, progress));
        } catch (SessionsReader.FormatException e) {
            complain(String.valueOf(e.getMessage()));
            return EXIT_NO_EXPORT;
        }
    }

    private int take(Path copy, Writer out, LongWork progress) throws IOException {
        progress.begin("reading the file", 0);
        Known known = known(copy);
        if (known.groups > 0 || (!replace && !known.clients.isEmpty())) {
            known.names.forEach(this::complain);
            complain(
                    (known.groups + known.clients.size()) + " of the file are in the store already; nothing was changed"
                            + (known.groups > 0 ? "" : "; --replace ends the sessions that are there"));
            return EXIT_FINDINGS;
        }
        if (!known.clients.isEmpty() && !end(known.clients, copy, out)) {
            return EXIT_FINDINGS;
        }
        try (StoreIntake intake = StoreIntake.open(copy)) {
            progress.begin("importing", known.totals.messages() + known.totals.sessions());
            SessionImport writing = new SessionImport(intake, known.totals.entries(), replaceRetained, progress);
            SessionsReader.read(file, writing);
            writing.end();
            progress.hide();
            out.write("imported " + known.totals.sessions() + " sessions and " + known.totals.messages() + " messages"
                    + (writing.retainedKept() == 0
                            ? ""
                            : "; " + writing.retainedKept() + " retained messages of the store stay")
                    + "\n");
            return 0;
        }
    }

    private Known known(Path copy) throws IOException {
        try (StoreIntake intake = StoreIntake.open(copy)) {
            Known known = new Known(intake);
            known.totals = SessionsReader.read(file, known);
            return known;
        }
    }

    /** The sessions that are to be replaced end; false when one of them counts as connected. */
    private boolean end(Set<String> clients, Path copy, Writer out) throws IOException {
        SessionPurge.Purged ended = SessionPurge.run(copy, session -> clients.contains(session.getClientId()));
        if (ended.sessions() != clients.size()) {
            complain((clients.size() - ended.sessions())
                    + " of the sessions to be replaced were connected when the broker"
                    + " ended; start and stop it once, so that they are not; nothing was changed");
            return false;
        }
        out.write("ended " + ended.sessions() + " sessions that were owed " + ended.messages() + " messages\n");
        return true;
    }

    /** Looks for clients that are there already, before anything is written. */
    private static final class Known implements SessionsReader.Visitor {
        private final StoreIntake intake;
        private final List<String> names = new ArrayList<>();
        private final Set<String> clients = new HashSet<>();
        private long groups;
        private SessionsReader.Totals totals = SessionsReader.Totals.NONE;

        Known(StoreIntake intake) {
            this.intake = intake;
        }

        private void add(String what) {
            if (names.size() < TOLD_MAX) {
                names.add(ScreenText.of(what));
            }
        }

        @Override
        public void group(SessionsReader.Line line) {
            // Messages of two queues have no order between them, so they cannot become one.
            if (intake.hasGroup(line.text("group"))) {
                groups++;
                add("the group of " + line.text("group"));
            }
        }

        @Override
        public void session(SessionsReader.Line line) {
            if (intake.hasClient(line.text("session"))) {
                clients.add(line.text("session"));
                add("client " + line.text("session"));
            }
        }

        @Override
        public void message(SessionsReader.Line line) {
            line.content(); // Whether it is one, before anything is written.
        }

        @Override
        public void retained(SessionsReader.Line line) {
            line.content();
        }

        @Override
        public void endOfMessages() {
            // Nothing is written yet.
        }

        @Override
        public void subscription(SessionsReader.Line line) {
            line.text("subscription");
        }

        @Override
        public void entry(SessionsReader.Line line) {
            line.number("entry");
        }

        @Override
        public void will(SessionsReader.Line line) {
            line.content();
        }
    }
}
