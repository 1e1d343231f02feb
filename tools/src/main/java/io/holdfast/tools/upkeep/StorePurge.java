// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.storage.transfer.SessionPurge;
import io.holdfast.tools.store.ClientSelection;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.ScreenText;
import io.holdfast.tools.store.StoreCommand;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code holdfast store purge}: ends sessions that nobody will come back to. */
@Command(
        name = "purge",
        description = {
            "Ends sessions in a store on which no broker runs, with all they are owed. What they hold of shared groups goes"
                    + " back; their wills are not published. It says what it will do, and does it once that is agreed to,"
                    + " at the terminal or by --yes. The store as it was is kept."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or there is no such session",
            StoreCommand.OUTPUT_LOST,
            "2:wrong usage, or it was not agreed to; nothing was changed",
            "4:the store is damaged; nothing was changed",
            "5:a broker runs on the store; nothing was changed",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
final class StorePurge extends StoreCommand {
    private static final int EXIT_NOT_AGREED = 2;
    private static final int TOLD_MAX = 20;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    private Path data = Path.of(""); // always set: the option is required

    @Option(
            names = "--unseen-days",
            paramLabel = "N",
            description = "Sessions whose client was not seen for at least N days; both filters have to apply.")
    private @Nullable Integer unseenDays;

    @Option(
            names = "--client",
            paramLabel = "ID",
            description = "One client's session, or 'glob:sensor-*', 'regex:^a[0-9]+$' for some.")
    private @Nullable String client;

    @Option(names = "--yes", description = "Does it without asking.")
    private boolean yes;

    private final Consent consent;
    private ClientSelection clients = ClientSelection.ALL;

    StorePurge() {
        this(Consent.atTerminal());
    }

    StorePurge(Consent consent) {
        this.consent = consent;
    }

    @Override
    protected void prepare() {
        if (unseenDays == null && client == null) {
            throw new ParameterException(spec.commandLine(), "Which sessions? Give --unseen-days, --client, or both.");
        }
        if (unseenDays != null && unseenDays < 1) {
            throw new ParameterException(spec.commandLine(), "--unseen-days must be 1 or more");
        }
        try {
            clients = ClientSelection.of(client);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--client: " + e.getDescription());
        }
    }

    @Override
    protected int run(Writer out) throws IOException {
        if (tell(out) == 0) {
            out.write("there is no such session\n");
            return 0;
        }
        out.flush();
        if (!consent.isGiven(yes, "End these sessions?")) {
            complain("nothing was changed; --yes does it without asking");
            return EXIT_NOT_AGREED;
        }
        try (LongWork progress = LongWork.onTerminal()) {
            return new Remake(data, "purge", progress).run(out, this::complain, copy -> {
                SessionPurge.Purged purged = SessionPurge.run(copy, this::isUnwanted);
                out.write(
                        "ended " + purged.sessions() + " sessions that were owed " + purged.messages() + " messages\n");
                return 0;
            });
        }
    }

    /** Says which sessions will end; returns how many. */
    private long tell(Writer out) throws IOException {
        long count = 0;
        try (StoreReader store = StoreReader.open(data, null);
                RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                SessionRecord record = SessionRecord.parseFrom(rows.record());
                boolean connected =
                        store.get(Table.TIMER, Keys.timer(0, Keys.number(rows.key()), TimerKind.CONNECTED)) != null;
                if (!connected && record.getSharedFilter().isEmpty() && isUnwanted(record) && ++count <= TOLD_MAX) {
                    out.write("will end the session of " + ScreenText.of(record.getClientId()) + ", last seen "
                            + ScreenText.time(seenMillis(record)) + "\n");
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("a row of table session is no record of it", e);
        }
        if (count > TOLD_MAX) {
            out.write("and " + (count - TOLD_MAX) + " more\n");
        }
        return count;
    }

    private boolean isUnwanted(SessionRecord record) {
        boolean named = clients.pattern() == null
                ? clients.exact() == null || record.getClientId().equals(clients.exact())
                : clients.pattern().test(record.getClientId());
        return named
                && (unseenDays == null
                        || seenMillis(record)
                                < System.currentTimeMillis()
                                        - Duration.ofDays(unseenDays).toMillis());
    }

    private static long seenMillis(SessionRecord record) {
        return Math.max(
                record.getCreatedMillis(), Math.max(record.getConnectedMillis(), record.getDisconnectedMillis()));
    }
}
