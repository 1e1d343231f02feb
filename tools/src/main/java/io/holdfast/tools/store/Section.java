// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The parts of a dump, in the order they are printed. Names and columns are stable: scripts read them. */
enum Section {
    STORE(
            Column.text("id", 32),
            Column.number("format", 6),
            Column.number("position", 10),
            Column.time("lastGroup"),
            Column.number("logRows", 8),
            Column.number("nextSession", 11),
            Column.text("cleanStop", 9)),
    SESSIONS(
            Column.number("session", 10),
            Column.text("state", 9),
            Column.text("protocol", 8),
            Column.text("expiry", 10),
            Column.number("next", 8),
            Column.number("acknowledged", 12),
            Column.number("inflight", 8),
            Column.number("inbound", 7),
            Column.number("queued", 8),
            Column.number("bytes", 10),
            Column.text("client", 0)),
    SUBSCRIPTIONS(
            Column.number("session", 10),
            Column.text("client", 24),
            Column.number("qos", 3),
            Column.text("noLocal", 7),
            Column.text("retainAsPublished", 17),
            Column.number("retainHandling", 14),
            Column.number("identifier", 10),
            Column.text("owed", 5),
            Column.text("filter", 0)),
    INFLIGHT(
            Column.number("session", 10),
            Column.text("client", 24),
            Column.number("packetId", 8),
            Column.text("state", 10),
            Column.number("index", 8),
            Column.number("message", 10),
            Column.number("qos", 3),
            Column.number("size", 8),
            Column.text("topic", 0)),
    INBOUND(Column.number("session", 10), Column.text("client", 24), Column.number("packetId", 8)),
    QUEUED(
            Column.number("session", 8),
            Column.text("client", 12),
            Column.number("index", 7),
            Column.number("packetId", 8),
            Column.number("message", 8),
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
            Column.text("topic", 24),
            Column.payload()),
    WILLS(
            Column.number("session", 10),
            Column.text("client", 24),
            Column.number("qos", 3),
            Column.text("retain", 6),
            Column.number("delaySeconds", 12),
            Column.number("size", 8),
            Column.text("topic", 20),
            Column.payload()),
    TIMERS(
            Column.time("due"),
            Column.text("kind", 14),
            Column.number("session", 10),
            Column.number("generation", 10),
            Column.text("client", 0)),
    TOPICS(Column.time("firstSeen"), Column.time("lastUsed"), Column.text("filter", 0)),
    LOG(
            Column.number("position", 10),
            Column.time("time"),
            Column.number("messages", 8),
            Column.number("recipients", 10),
            Column.text("events", 0));

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
     */
    record Column(String name, Kind kind, int width) {
        static Column number(String name, int width) {
            return new Column(name, Kind.NUMBER, width);
        }

        static Column text(String name, int width) {
            return new Column(name, Kind.TEXT, width);
        }

        static Column time(String name) {
            return new Column(name, Kind.TIME, 23);
        }

        static Column payload() {
            return new Column("payload", Kind.PAYLOAD, 0);
        }
    }

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
        return this == STORE || this == SESSIONS || this == INFLIGHT || this == INBOUND || this == QUEUED;
    }
}
