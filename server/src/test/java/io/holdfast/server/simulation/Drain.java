// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The end of a schedule: faults stop, everybody comes back, all is delivered, and nothing may be left over. */
final class Drain {
    private final SimWorld world;

    Drain(SimWorld world) {
        this.world = world;
    }

    void run() {
        world.calm();
        world.timePasses();
        world.drain();
        for (SimClient client : world.clients) {
            if (!client.isIdle()) {
                throw new Violation("a client waits for ever: " + client + where());
            }
        }
        new Checker(world).check();
        leaks();
        restart();
    }

    private String where() {
        StringBuilder text = new StringBuilder();
        for (SimClient client : world.clients) {
            long number = world.session(client.id);
            if (number >= 0) {
                text.append("; ")
                        .append(io.holdfast.server.session.ShardProbe.describe(world.broker.shardOf(number), number));
            }
        }
        return text.toString();
    }

    private void leaks() {
        world.turnHand();
        long position = world.broker.committer.position();
        world.broker.deleteDead();
        world.broker.rest();
        world.broker.compareAll();
        Set<Long> live = new HashSet<>();
        world.clients.forEach(client -> live.add(world.session(client.id)));
        live.addAll(world.groups());
        for (Table table : List.of(Table.SESSION, Table.INFLIGHT)) {
            rows(table, key -> require(live.contains(Keys.number(key)), table, Keys.number(key)));
        }
        rows(Table.SUBSCRIPTION, key -> require(live.contains(Keys.number(key)), Table.SUBSCRIPTION, Keys.number(key)));
        rows(Table.QUEUE, key -> require(false, Table.QUEUE, Keys.number(key)));
        long block = world.config.commitSizes().blockMessages();
        rows(
                Table.MESSAGE,
                key -> require(Keys.number(key) >= position / block * block, Table.MESSAGE, Keys.number(key)));
        rows(Table.LOG, key -> require(Keys.number(key) >= position, Table.LOG, Keys.number(key)));
        rows(Table.RETAINED, key -> {});
    }

    private interface KeyCheck {
        void key(byte[] key);
    }

    private void rows(Table table, KeyCheck each) {
        try (RowCursor rows = world.memory.cursor(table, new byte[0], Keys.end())) {
            while (rows.next()) {
                each.key(rows.key());
                rows.record();
            }
        }
    }

    private static void require(boolean right, Table table, long number) {
        if (!right) {
            throw new Violation("leak: a row of " + number + " in table " + table);
        }
    }

    /** After a clean stop the store says the same as before (S69). */
    private void restart() {
        world.broker.closeAll();
        world.stop();
        if (!world.isCounted()) {
            throw new Violation("a clean stop left no counters: sessions were not counted");
        }
        rows(Table.TIMER, key -> {
            if (Keys.timerKind(key) == Keys.TimerKind.CONNECTED) {
                throw new Violation("leak: a connected row after a clean stop, of " + Keys.timerSession(key));
            }
        });
        Set<Long> waiting = new HashSet<>();
        rows(Table.TIMER, key -> {
            if (Keys.timerKind(key) == Keys.TimerKind.WILL_DELAY) {
                waiting.add(Keys.timerSession(key));
            }
        });
        rows(Table.WILL, key -> require(waiting.contains(Keys.number(key)), Table.WILL, Keys.number(key)));
        rows(Table.TIMER, key -> require(Keys.timerDueMillis(key) != 1, Table.TIMER, Keys.timerSession(key)));
        new SimBroker(world, world.memory);
    }
}
