// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.schema.Table;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts of a dump, in the order they are printed. Names and columns are stable: scripts read them. */
enum Section {
    STORE(
            Column.text("id", 32).key(),
            Column.number("format", 6),
            Column.number("position", 10),
            Column.time("lastGroup"),
            Column.number("logRows", 8),
            Column.number("nextSession", 11),
            Column.text("cleanStop", 9)),
    SESSIONS(
            Column.number("session", 10).key(),
            Column.text("state", 9),
            Column.text("protocol", 8),
            Column.text("expiry", 10),
            Column.number("next", 8),
            Column.number("acknowledged", 12),
            Column.number("inflight", 8),
            Column.number("inbound", 7),
            Column.number("queued", 8),
            Column.number("bytes", 10),
            Column.text("client", 0).key()),
    SUBSCRIPTIONS(
            Column.number("session", 10).key(),
            Column.text("client", 24),
            Column.number("qos", 3),
            Column.text("noLocal", 7),
            Column.text("retainAsPublished", 17),
            Column.number("retainHandling", 14),
            Column.number("identifier", 10),
            Column.text("owed", 5),
            Column.text("filter", 0).key()),
    INFLIGHT(
            Column.number("session", 10).key(),
            Column.text("client", 24),
            Column.number("packetId", 8),
            Column.text("state", 10),
            Column.number("index", 8).key(),
            Column.number("message", 10).key(),
            Column.number("qos", 3),
            Column.number("size", 8),
            Column.text("topic", 0)),
    INBOUND(
            Column.number("session", 10).key(),
            Column.text("client", 24),
            Column.number("packetId", 8).key()),
    QUEUED(
            Column.number("session", 8).key(),
            Column.text("client", 12),
            Column.number("index", 7).key(),
            Column.number("packetId", 8),
            Column.number("message", 8).key(),
            Column.number("qos", 3),
            Column.text("retain", 6),
            Column.number("size", 7),
            Column.text("topic", 24),
            Column.payload()),
    RETAINED(
            Column.number("message", 10),
            Column.number("qos", 3),
            Column.time("published"),
            Column.number("expirySeconds", 13),
            Column.number("size", 8),
            Column.text("topic", 24).key(),
            Column.payload()),
    WILLS(
            Column.number("session", 10).key(),
            Column.text("client", 24),
            Column.number("qos", 3),
            Column.text("retain", 6),
            Column.number("delaySeconds", 12),
            Column.number("size", 8),
            Column.text("topic", 20),
            Column.payload()),
    TIMERS(
            Column.time("due").key(),
            Column.text("kind", 14).key(),
            Column.number("session", 10).key(),
            Column.number("generation", 10),
            Column.text("client", 0)),
    TOPICS(
            Column.time("firstSeen"),
            Column.time("lastUsed"),
            Column.text("filter", 0).key()),
    LOG(
            Column.number("position", 10).key(),
            Column.time("time"),
            Column.number("messages", 8),
            Column.number("recipients", 10),
            Column.text("events", 0)),
    EVENTS(
            Column.number("position", 10).key(),
            Column.text("kind", 16).key(),
            Column.number("session", 10).key(),
            Column.number("index", 8).key(),
            Column.number("message", 10).key(),
            Column.number("qos", 3),
            Column.number("target", 10),
            Column.text("client", 0));

    /** What a column holds; numbers and sizes stand to the right in a table. */
    enum Kind {
        NUMBER,
        TEXT,
        TIME,
        PAYLOAD
    }

    /**
     * A column.
     *
     * @param width columns of a table on the screen, 0 for the last one, which is as wide as it needs to be
     * @param isKey whether it is part of what tells the row from all others of its section
     */
    record Column(String name, Kind kind, int width, boolean isKey) {
        static Column number(String name, int width) {
            return new Column(name, Kind.NUMBER, width, false);
        }

        static Column text(String name, int width) {
            return new Column(name, Kind.TEXT, width, false);
        }

        static Column time(String name) {
            return new Column(name, Kind.TIME, 23, false);
        }

        static Column payload() {
            return new Column("payload", Kind.PAYLOAD, 0, false);
        }

        Column key() {
            return new Column(name, kind, width, true);
        }
    }

    private static final Set<Section> OF_MESSAGES = EnumSet.of(INFLIGHT, QUEUED, RETAINED, WILLS);
    private static final Set<Section> WITHOUT_TIME = EnumSet.of(STORE, SUBSCRIPTIONS, INBOUND);
    private static final Set<Section> WITHOUT_TAIL =
            EnumSet.of(SUBSCRIPTIONS, RETAINED, WILLS, TIMERS, TOPICS, LOG, EVENTS);

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Column> columns;

    Section(Column... columns) {
        this.columns = List.of(columns);
    }

    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<Column> columns() {
        return columns;
    }

    /** What tells a row from all others, in the order by which the rows are sorted. */
    List<Column> keyColumns() {
        List<Column> keys = columns.stream().filter(Column::isKey).toList();
        return this == TIMERS ? List.of(keys.get(0), keys.get(2), keys.get(1)) : keys;
    }

    /** The section with a title, or null. */
    static @Nullable Section of(String title) {
        for (Section section : values()) {
            if (section.title().equals(title)) {
                return section;
            }
        }
        return null;
    }

    /** Whether its rows need the tail of the log folded over them. */
    boolean needsReplay() {
        return !WITHOUT_TAIL.contains(this);
    }

    /** The tables that its rows are made of; the first one says how many there are. */
    List<Table> tables() {
        return switch (this) {
            case STORE -> List.of(Table.META);
            case SESSIONS, INBOUND -> List.of(Table.SESSION, Table.CLIENT, Table.INFLIGHT);
            case INFLIGHT, QUEUED -> List.of(Table.SESSION, Table.INFLIGHT, Table.QUEUE, Table.MESSAGE);
            case SUBSCRIPTIONS -> List.of(Table.SUBSCRIPTION);
            case RETAINED -> List.of(Table.RETAINED);
            case WILLS -> List.of(Table.WILL);
            case TIMERS -> List.of(Table.TIMER);
            case TOPICS -> List.of(Table.TOPIC);
            case LOG, EVENTS -> List.of(Table.LOG);
        };
    }

    Table table() {
        return tables().get(0);
    }

    /** Whether its rows have a topic, or a filter that says which topics. */
    boolean hasTopic() {
        return OF_MESSAGES.contains(this) || this == SUBSCRIPTIONS || this == TOPICS;
    }

    /** Whether its rows have a time to select by. */
    boolean hasTime() {
        return !WITHOUT_TIME.contains(this);
    }
}
