// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogEntryReader;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.BatchReader;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.storage.store.StoreRefusedException;
import io.holdfast.storage.store.WalScan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a damaged log takes with it, as far as can be known: the batches behind the damage that are still whole, which no
 * recovery uses because something before them is missing. What stood in the damaged place itself nobody can tell.
 */
public final class LostTail {
    private static final int SESSIONS_SHOWN_MAX = 20;

    private final WalScan.Result scan;
    private final Map<Long, Affected> sessions = new TreeMap<>();
    private long messages;

    /** What is known to be lost of one session. */
    private static final class Affected {
        long messages;
        long acknowledgements;
        boolean ended;

        @Nullable
        String clientId;
    }

    private LostTail(Path logFiles) {
        try {
            scan = WalScan.scan(logFiles, this::batch);
        } catch (IOException e) {
            throw new StoreException("cannot read the log in " + logFiles + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads log files as they were found; changes nothing.
     *
     * @param logFiles the folder they lie in
     * @param rows the rows that can be recovered, for the sessions' names; null when they cannot be opened
     * @throws StoreException when the files cannot be read
     */
    public static LostTail read(Path logFiles, @Nullable RowReader rows) {
        LostTail lost = new LostTail(logFiles);
        if (rows != null) {
            lost.sessions.forEach((number, affected) -> name(rows, number, affected));
        }
        return lost;
    }

    /** The same for a data folder that no broker has open. */
    public static LostTail ofStore(Path folder) {
        Path logFiles = StoreFolder.logFiles(folder);
        try (StoreReader rows = StoreReader.open(folder, null)) {
            return read(logFiles, rows);
        } catch (StoreRefusedException e) {
            return read(logFiles, null); // Not even its undamaged beginning can be read: numbers instead of names.
        }
    }

    private static void name(RowReader rows, long number, Affected affected) {
        try {
            byte[] record = affected.clientId == null ? rows.get(Table.SESSION, Keys.number(number)) : null;
            if (record != null) {
                affected.clientId = SessionRecord.parseFrom(record).getClientId();
            }
        } catch (StoreException | InvalidProtocolBufferException e) {
            affected.clientId = null; // Its number has to do.
        }
    }

    /** Messages in the batches behind the damage. */
    public long messages() {
        return messages;
    }

    /** Numbers of the sessions that something behind the damage is about, in rising order. */
    public List<Long> sessions() {
        return List.copyOf(sessions.keySet());
    }

    private void batch(byte[] serialised) {
        new BatchReader(serialised).forEach(new BatchReader.Rows() {
            @Override
            public void put(Table table, byte[] key, byte[] value) {
                byte[] record = Arrays.copyOf(value, Math.max(0, value.length - RowBatch.CRC_BYTES));
                switch (table) {
                    case MESSAGE -> messages++;
                    case LOG -> new LogEntryReader(Keys.number(key), record).accept(new Visitor());
                    case SESSION -> session(Keys.number(key), record);
                    default -> {
                        // Checkpoints repeat what the log says; the rest stands for no message.
                    }
                }
            }

            @Override
            public void delete(Table table, byte[] key) {
                // What was to go stays.
            }

            @Override
            public void deleteRange(Table table, byte[] from, byte[] to) {
                // As above.
            }
        });
    }

    private void session(long number, byte[] record) {
        try {
            affected(number).clientId = SessionRecord.parseFrom(record).getClientId();
        } catch (InvalidProtocolBufferException e) {
            affected(number).clientId = null; // Its number has to do.
        }
    }

    private Affected affected(long number) {
        return sessions.computeIfAbsent(number, unused -> new Affected());
    }

    private final class Visitor implements LogEntryReader.Visitor {
        @Override
        public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
            affected(number).messages++;
        }

        @Override
        public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
            affected(source).acknowledgements++;
        }

        @Override
        public void event(EventKind kind, long number, long index) {
            affected(number).acknowledgements++;
        }

        @Override
        public void ended(long number) {
            affected(number).ended = true;
        }
    }

    /**
     * For people, line by line.
     *
     * @param printable makes a client identifier, which its client chose, safe for a terminal
     */
    public List<String> lines(UnaryOperator<String> printable) {
        if (scan.intactBeyond() == 0) {
            return List.of("whom it was about cannot be known");
        }
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "behind the damage %,d batches can still be read: %,d messages and changes of %,d sessions that would be"
                        + " given up",
                scan.intactBeyond(),
                messages,
                sessions.size()));
        List<Map.Entry<Long, Affected>> most = new ArrayList<>(sessions.entrySet());
        most.sort(Comparator.comparingLong((Map.Entry<Long, Affected> entry) -> -entry.getValue().messages));
        for (Map.Entry<Long, Affected> entry : most.subList(0, Math.min(most.size(), SESSIONS_SHOWN_MAX))) {
            lines.add("  " + line(entry.getKey(), entry.getValue(), printable));
        }
        if (most.size() > SESSIONS_SHOWN_MAX) {
            lines.add(String.format(Locale.ROOT, "  and %,d more sessions", most.size() - SESSIONS_SHOWN_MAX));
        }
        lines.add("what stood in the damaged place itself cannot be known");
        return lines;
    }

    private static String line(long number, Affected affected, UnaryOperator<String> printable) {
        String clientId = affected.clientId;
        String who = clientId == null ? "session " + number : "client " + printable.apply(clientId);
        String end = affected.ended ? ", and its end" : "";
        return String.format(
                Locale.ROOT,
                "%s: %,d messages, %,d acknowledgements%s",
                who,
                affected.messages,
                affected.acknowledgements,
                end);
    }
}
