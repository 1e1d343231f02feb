// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.session.ShardProbe;
import io.holdfast.storage.commit.CommitOp;
import io.holdfast.storage.commit.EndOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupProbe;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MoveOp;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.LogEntry;
import io.holdfast.storage.record.QueueFragment;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.testkit.ForwardingStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Broken brokers, each without one rule. The checker is worth something because it catches all of them. */
@SuppressWarnings("ImmutableEnumChecker") // Faults and profiles hold nothing that changes.
enum Control {
    C01("a window row claims the events of the group that carries it", "doubled", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new EditedStore(memory, (table, key, record, position) -> {
                return table == Table.INFLIGHT
                        ? InflightRecord.parseFrom(record).toBuilder()
                                .setEventsThrough(position)
                                .build()
                                .toByteArray()
                        : record;
            });
        }
    }),

    C02("a hand-over is split over two groups", "doubled: will", null, new Unwatched() {
        @Override
        List<HandOver> handOver(HandOver handOver, SimBroker broker) {
            return split(handOver, broker);
        }
    }),

    C03("connections left over from the broker before are forgotten", "lost: will", null, new Unwatched() {
        @Override
        boolean seesLeftOvers() {
            return false;
        }
    }),

    C04(
            "a fragment leaves out what was settled, so that places no longer tell indexes",
            "after recovery",
            null,
            new Faults() {
                @Override
                RowStore store(MemoryStore memory) {
                    return new EditedStore(memory, (table, key, record, position) -> {
                        return table == Table.QUEUE ? withoutHoles(record) : record;
                    });
                }
            }),

    C05("a session's next index comes from its window row alone", "index", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new ForwardingStore(memory) {
                @Override
                public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
                    return table == Table.QUEUE ? null : super.lastKey(table, from, to);
                }
            };
        }
    }),

    C07("the hand takes the committer's position for applied", "after recovery", Profile.PLAIN, new Faults() {
        @Override
        long bound(SimBroker broker) {
            return broker.committer.position();
        }
    }),

    C07_UNREAD(
            "the hand passes over sessions that nobody has read since the start",
            "after recovery",
            Profile.SLEEP,
            new Faults() {
                @Override
                boolean visitsUnread() {
                    return false;
                }
            }),

    C08("after a crash nothing is counted before messages are deleted", "still needs is gone", null, new Unwatched() {
        @Override
        RowReader countedFrom(RowStore store) {
            return new Blind(store, Table.SESSION);
        }
    }),

    C09("the next session number is not written", "not owed", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new EditedStore(memory, (table, key, record, position) -> {
                return table == Table.META && Arrays.equals(key, MetaRow.NEXT_SESSION.key()) ? null : record;
            });
        }
    }),

    C10("a session leaves memory before its rows are committed", "lost", null, new Unwatched() {
        @Override
        List<HandOver> handOver(HandOver handOver, SimBroker broker) {
            ShardProbe.evictEarly(broker.shard(handOver.shard()));
            return List.of(handOver);
        }
    }),

    C11("a retained message is acknowledged before its commit", "there was", Profile.RETAINED, new Unwatched() {
        @Override
        boolean answersAtOnce(Packet packet) {
            return packet instanceof Publish publish && publish.qos() == QoS.AT_LEAST_ONCE && publish.retain();
        }
    }),

    C12("recipients are not revised for subscriptions changed since the match", "retained", null, new Unwatched() {
        @Override
        boolean revises() {
            return false;
        }
    }),

    C13("what retained messages are owed is forgotten by a crash", "retained", Profile.RETAINED, new Unwatched() {
        @Override
        boolean goesOnWithRetained() {
            return false;
        }
    }),

    C16("nobody knows how far a queue was sent", "again without DUP", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new EditedStore(memory, (table, key, record, position) -> {
                return table == Table.SESSION
                        ? SessionRecord.parseFrom(record).toBuilder()
                                .setSentThrough(0)
                                .build()
                                .toByteArray()
                        : record;
            });
        }
    }),

    C17("a packet identifier is free before its settlement is on disk", "ambiguous", Profile.WRAP, new Unwatched() {
        @Override
        List<HandOver> handOver(HandOver handOver, SimBroker broker) {
            handOver.forEachEvent((kind, number, index) -> {
                if (kind.settles()) {
                    ShardProbe.settleOnDisk(broker.shardOf(number), number, index);
                }
            });
            return List.of(handOver);
        }
    }),

    C19("a message for a session that has ended is not given back", "MESSAGE", null, new Faults() {
        @Override
        List<HandOver> handOver(HandOver handOver, SimBroker broker) {
            return List.of(withoutGone(handOver, broker));
        }
    }),

    WILL_TIMER("a will that waits has no timer row", "late: will", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new EditedStore(memory, (table, key, record, position) -> {
                return isTimer(table, key, TimerKind.WILL_DELAY) ? null : record;
            });
        }
    }),

    WILL_STAYS("the row of a will that was sent stays", "doubled", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new EditedStore(memory, new EditedStore.Edit() {
                @Override
                public byte[] record(Table table, byte[] key, byte[] record, long position) {
                    return record;
                }

                @Override
                public boolean deletes(Table table, byte[] key) {
                    return table != Table.WILL && !isTimer(table, key, TimerKind.WILL_DELAY);
                }
            });
        }
    }),

    WILL_AT_ONCE(
            "a start sends the wills of connections that ended with it at once", "must not", null, new Unwatched() {
                @Override
                RowStore store(MemoryStore memory) {
                    return new EditedStore(memory, (table, key, record, position) -> {
                        return table == Table.WILL
                                ? WillRecord.parseFrom(record).toBuilder()
                                        .clearDelaySeconds()
                                        .build()
                                        .toByteArray()
                                : record;
                    });
                }
            }),

    EXPIRY_TIMER("the expiry of a session has no timer row", "outlives", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new EditedStore(memory, (table, key, record, position) -> {
                return isTimer(table, key, TimerKind.SESSION_EXPIRY) ? null : record;
            });
        }
    }),

    C23("a DISCONNECT is answered before its commit", "a will came that must not", null, new Unwatched() {
        @Override
        boolean answersAtOnce(Packet packet) {
            return packet instanceof Disconnect;
        }
    }),

    C26("a resumed session does not keep to the client's Receive Maximum", "in flight at once", null, new Unwatched() {
        @Override
        int receiveMaximum(int wanted) {
            return Math.max(wanted, 100);
        }
    }),

    C16_EXPIRY(
            "after a crash nobody knows what was sent, and it expires",
            "dropped after it was sent",
            null,
            new Unwatched() {
                @Override
                RowStore store(MemoryStore memory) {
                    return new EditedStore(memory, (table, key, record, position) -> {
                        return table == Table.SESSION
                                ? SessionRecord.parseFrom(record).toBuilder()
                                        .setSentThrough(0)
                                        .build()
                                        .toByteArray()
                                : record;
                    });
                }
            }),

    EXPIRY("a stored message does not say when it expires", "though it expired", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return new EditedStore(memory, (table, key, record, position) -> {
                return table == Table.MESSAGE
                        ? StoredMessage.parseFrom(record).toBuilder()
                                .clearExpirySeconds()
                                .build()
                                .toByteArray()
                        : record;
            });
        }
    }),

    IDENTIFIERS("rows of a session do not hold Subscription Identifiers", "is missing", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return withoutIdentifiers(memory);
        }
    }),

    C27_LATE(
            "what a group gave to a session that ended before its shard knew is forgotten",
            "MESSAGE",
            Profile.GROUPS,
            new Unwatched() {
                @Override
                void built(Group group, SimBroker broker) {
                    GroupProbe.forgetGiven(broker.committer);
                }
            }),

    C27_REFUSED("a move to a session that is no member is not refused", "leak", Profile.GROUPS, new Unwatched() {
        @Override
        void building(List<HandOver> handOvers, SimBroker broker) {
            moves(handOvers, move -> GroupProbe.admit(broker.committer, move));
        }
    }),

    C27_EARLY(
            "a member sends what a group gives it before that is on disk", "on disk", Profile.GROUPS, new Unwatched() {
                @Override
                List<HandOver> handOver(HandOver handOver, SimBroker broker) {
                    moves(
                            List.of(handOver),
                            move -> move.forEach(moved -> ShardProbe.arrive(broker.shardOf(moved.target()), moved)));
                    return List.of(handOver);
                }
            }),

    C27_ORIGIN(
            "a member's rows do not keep the group that a message came from",
            "not owed",
            Profile.GROUPS,
            new Unwatched() {
                @Override
                RowStore store(MemoryStore memory) {
                    return withoutIdentifiers(memory);
                }
            }),

    C28(
            "a QoS 2 message whose sending began goes to another member",
            "group: doubled",
            Profile.GROUPS,
            new Unwatched() {
                @Override
                void building(List<HandOver> handOvers, SimBroker broker) {
                    for (HandOver handOver : handOvers) {
                        for (CommitOp op : handOver.ops()) {
                            if (op instanceof EndOp end) {
                                broker.world.ledger.begun(
                                        end.number(),
                                        (index, entry) -> GroupProbe.giveBack(
                                                end,
                                                index,
                                                entry.messageId(),
                                                entry.origin(),
                                                entry.flags() & Delivery.QOS_MASK));
                            }
                        }
                    }
                }
            }),

    ACK_BEFORE_SYNC("a PUBACK leaves before the sync", "lost: message", null, new Unwatched() {
        @Override
        boolean answersAtOnce(Packet packet) {
            return packet instanceof Publish publish && publish.qos() == QoS.AT_LEAST_ONCE;
        }
    }),

    INBOUND_ADDED("the log does not hold inbound packet identifiers", "doubled", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return log(memory, entry -> entry.toBuilder().clearInboundAdded().build());
        }
    }),

    INBOUND_RELEASED("the log does not hold PUBREL", "lost", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return log(memory, entry -> entry.toBuilder().clearInboundReleased().build());
        }
    }),

    RELEASED("the log does not hold PUBREC", "doubled", null, new Unwatched() {
        @Override
        RowStore store(MemoryStore memory) {
            return log(memory, entry -> entry.toBuilder().clearReleased().build());
        }
    });

    /** A broken broker whose rows nobody holds against the ledger: clients have to notice. */
    private static class Unwatched extends Faults {
        @Override
        boolean isLedgerKept() {
            return false;
        }
    }

    final String what;

    /** What the violation that gives it away says. */
    final String sign;

    /** Where it comes about soonest; null for profiles of chance. */
    final @Nullable Profile profile;

    final Faults faults;

    Control(String what, String sign, @Nullable Profile profile, Faults faults) {
        this.what = what;
        this.sign = sign;
        this.profile = profile;
        this.faults = faults;
    }

    @Override
    public String toString() {
        return name().replace('_', ' ') + ": " + what;
    }

    private static void moves(List<HandOver> handOvers, Consumer<MoveOp> each) {
        for (HandOver handOver : handOvers) {
            for (CommitOp op : handOver.ops()) {
                if (op instanceof MoveOp move) {
                    each.accept(move);
                }
            }
        }
    }

    private interface LogEdit {
        LogEntry edit(LogEntry entry);
    }

    private static RowStore log(MemoryStore memory, LogEdit edit) {
        return new EditedStore(memory, (table, key, record, position) -> {
            return table == Table.LOG ? edit.edit(LogEntry.parseFrom(record)).toByteArray() : record;
        });
    }

    /** Cuts a hand-over somewhere between two of its steps. */
    private static List<HandOver> split(HandOver handOver, SimBroker broker) {
        List<CommitOp> ops = handOver.ops();
        int[] logged = new int[1];
        handOver.forEachEvent((kind, number, index) -> logged[0]++);
        if (ops.size() < 2 || logged[0] < handOver.eventCount()) {
            return List.of(handOver); // Events that are not logged could not be carried over.
        }
        int cut = broker.world.dice.between(1, ops.size() - 1);
        HandOver first = new HandOver(handOver.shard());
        HandOver second = new HandOver(handOver.shard());
        for (int i = 0; i < ops.size(); i++) {
            (i < cut ? first : second).addUrgent(ops.get(i), 0);
        }
        handOver.forEachEvent(
                (kind, number, index) -> second.event(kind, number, index, messageId(kind, number, index, broker)));
        return List.of(first, second);
    }

    /** The events that are not logged are those of sessions that have ended. */
    private static HandOver withoutGone(HandOver handOver, SimBroker broker) {
        int[] logged = new int[1];
        handOver.forEachEvent((kind, number, index) -> logged[0]++);
        if (logged[0] == handOver.eventCount()) {
            return handOver;
        }
        HandOver without = new HandOver(handOver.shard());
        handOver.ops().forEach(op -> without.addUrgent(op, 0));
        handOver.forEachEvent(
                (kind, number, index) -> without.event(kind, number, index, messageId(kind, number, index, broker)));
        return without;
    }

    private static boolean isTimer(Table table, byte[] key, TimerKind kind) {
        return table == Table.TIMER && Keys.timerKind(key) == kind;
    }

    private static long messageId(EventKind kind, long number, long index, SimBroker broker) {
        return kind.settles()
                ? broker.world.ledger.account(number).entries.get((int) index).messageId()
                : 0;
    }

    /** What stands beside a session's entries, its Subscription Identifiers and shared groups, is not in its rows. */
    private static RowStore withoutIdentifiers(MemoryStore memory) {
        return new EditedStore(memory, (table, key, record, position) -> switch (table) {
            case QUEUE ->
                QueueFragment.parseFrom(record).toBuilder()
                        .clearIdentifiers()
                        .build()
                        .toByteArray();
            case INFLIGHT ->
                InflightRecord.parseFrom(record).toBuilder()
                        .clearIdentifiers()
                        .build()
                        .toByteArray();
            default -> record;
        });
    }

    /** The entries of a fragment without those that mark a settled index (QoS 3). */
    private static byte[] withoutHoles(byte[] record) throws InvalidProtocolBufferException {
        QueueFragment fragment = QueueFragment.parseFrom(record);
        List<Long> entries = new ArrayList<>();
        int at = 0;
        int count = 0;
        long flags = 0;
        long lastFlags = 0;
        long skipped = 0;
        for (int i = 0; i < fragment.getCount(); i++) {
            long head = fragment.getEntries(at++);
            if ((head & 1) != 0) {
                flags = fragment.getEntries(at++);
            }
            skipped += head >> 1;
            if (flags == 3) {
                continue;
            }
            entries.add(skipped * 2 + (flags == lastFlags ? 0 : 1));
            if (flags != lastFlags) {
                entries.add(flags);
            }
            lastFlags = flags;
            skipped = 0;
            count++;
        }
        return fragment.toBuilder()
                .clearEntries()
                .addAllEntries(entries)
                .setCount(count)
                .build()
                .toByteArray();
    }
}
