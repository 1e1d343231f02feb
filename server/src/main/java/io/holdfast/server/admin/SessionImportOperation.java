// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.session.SessionArrival;
import io.holdfast.server.transfer.SessionLines;
import io.holdfast.server.transfer.SessionsReader;
import io.holdfast.server.transfer.SessionsReader.Line;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.transfer.IncomingSession;
import io.holdfast.storage.transfer.LiveIntake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Takes the one session of a file into the running broker. The file is read and tried as a whole before the session's
 * shard hears of it; then it is one group of the commit thread: all of it is there, or nothing.
 */
final class SessionImportOperation {
    private static final long FILE_BYTES_MAX = 64L << 20;
    private static final int ENTRY_BYTES = 64;
    private static final int CLIENT_BYTES_MAX = 65_535;

    private final AdminLife life;

    SessionImportOperation(AdminLife life) {
        this.life = life;
    }

    Map<String, @Nullable Object> run(AdminRequest request) {
        request.allow("from", "replace");
        Path file = TransferFile.path(request, "from", "the file to read");
        boolean replace = request.word("replace", "false", "true").equals("true");
        Content content = read(file);
        String client = content.record().getClientId();
        LongFunction<LiveIntake> made = number -> new LiveIntake(
                number, content.record(), content.messages, content::tell, utf8 -> TopicFilter.parse(utf8));
        rehearse(file, made.apply(SessionNumbers.of(1, client)));
        long bytes = content.bytes + (long) content.lines.size() * ENTRY_BYTES;
        long owed = new Shards(life)
                .ofClient(
                        client,
                        (shard, answer) ->
                                new SessionArrival(shard).take(client, made, content.shares, bytes, replace, answer));
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("client", client);
        tree.put("messages", owed);
        return tree;
    }

    private Content read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw tooMuch("the file has more than " + (FILE_BYTES_MAX >> 20) + " MiB");
            }
            Content content = new Content(life.nowMillis());
            SessionsReader.read(file, content);
            return content;
        } catch (SessionsReader.FormatException e) {
            throw AdminRequest.bad(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new AdminException(AdminException.CONFLICT, "cannot read " + file + ": " + e);
        }
    }

    private static void rehearse(Path file, LiveIntake intake) {
        try {
            intake.rehearse();
        } catch (IllegalArgumentException e) {
            throw AdminRequest.bad(file + " holds a session that cannot be: " + e.getMessage());
        }
    }

    private static AdminException tooMuch(String what) {
        return new AdminException(
                AdminException.CONFLICT,
                what + "; stop the broker and use 'holdfast store import', which takes any size");
    }

    /** The lines of the file. */
    private static final class Content implements SessionsReader.Visitor {
        private final long nowMillis;
        private final List<Message> messages = new ArrayList<>();
        private final List<Line> lines = new ArrayList<>();
        private final List<SessionArrival.Share> shares = new ArrayList<>();
        private long bytes;
        private @Nullable Line session;
        private @Nullable SessionRecord record;

        Content(long nowMillis) {
            this.nowMillis = nowMillis;
        }

        SessionRecord record() {
            if (record == null) {
                throw AdminRequest.bad("the file holds no session of a client");
            }
            return record;
        }

        /** Tells all of it to the session under its new number. */
        void tell(IncomingSession to) {
            if (session != null) {
                SessionLines.cursor(to, session);
            }
            for (Line line : lines) {
                switch (line.kind()) {
                    case "subscription" -> SessionLines.subscription(to, line);
                    case "entry" -> SessionLines.entry(to, line);
                    default -> SessionLines.will(to, line);
                }
            }
        }

        @Override
        public void message(Line line) {
            Message message = Message.parse(line.content().toByteArray());
            bytes += message.storedBytes();
            messages.add(message);
        }

        @Override
        public void retained(Line line) {
            throw tooMuch("the file holds retained messages, which are no session's");
        }

        @Override
        public void endOfMessages() {
            // The session comes next.
        }

        @Override
        public void group(Line line) {
            throw tooMuch("the file holds shared groups");
        }

        @Override
        public void session(Line line) {
            if (session != null) {
                throw tooMuch("the file holds more than one session");
            }
            session = line;
            record = SessionLines.record(line, nowMillis);
            int length = record.getClientId().getBytes(StandardCharsets.UTF_8).length;
            if (length == 0 || length > CLIENT_BYTES_MAX) {
                throw new IllegalArgumentException("has a client identifier of " + length + " bytes");
            }
        }

        @Override
        public void subscription(Line line) {
            lines.add(line);
            TopicFilter filter = TopicFilter.parse(line.text("subscription"));
            if (filter.isShared()) {
                shares.add(new SessionArrival.Share(
                        filter, (int) line.number("options"), (int) line.number("identifier", 0)));
            }
        }

        @Override
        public void entry(Line line) {
            if (lines.size() >= SessionExportOperation.ENTRIES_MAX) {
                throw tooMuch("the session has more than " + SessionExportOperation.ENTRIES_MAX
                        + " messages and subscriptions");
            }
            lines.add(line);
        }

        @Override
        public void will(Line line) {
            lines.add(line);
        }
    }
}
