// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.simulation.History.Received;
import io.holdfast.storage.schema.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A schedule told step by step, for the one order of things that a rule is about. Ends like every schedule. */
final class Scenario {
    static final TopicName A = TopicName.of("a");
    static final TopicName B = TopicName.of("b");
    static final TopicFilter FILTER_A = TopicFilter.parse("a");
    static final TopicFilter FILTER_B = TopicFilter.parse("b");
    static final TopicFilter ALL = TopicFilter.parse("#");
    private static final int ROUNDS_MAX = 1_000;

    final SimWorld world;

    /** Clients that receive and do not acknowledge. */
    private final Set<SimClient> silent = new HashSet<>();

    Scenario() {
        this(SimConfig.plain(), new Faults());
    }

    Scenario(SimConfig config) {
        this(config, new Faults());
    }

    Scenario(SimConfig config, Faults faults) {
        Profile none = new Profile("none", Map.of(), 0, 0, List.of());
        world = new SimWorld(new Dice(1), faults, none, config, Boolean.getBoolean("trace"));
    }

    SimBroker broker() {
        return world.broker;
    }

    SimClient client(int index) {
        return world.clients.get(index);
    }

    /** Connects a client and waits for its CONNACK. */
    SimClient online(int index) {
        SimClient client = client(index);
        client.connect(false, null, false);
        settle();
        return client;
    }

    SimClient onlineClean(int index) {
        SimClient client = client(index);
        client.connect(true, null, false);
        settle();
        return client;
    }

    SimClient onlineWithWill(int index, TopicName topic) {
        SimClient client = client(index);
        client.connect(false, new Testament(topic, 1, false), false);
        settle();
        return client;
    }

    void silence(SimClient client) {
        silent.add(client);
    }

    void wake(SimClient client) {
        silent.remove(client);
    }

    void subscribe(SimClient client, TopicFilter filter, int qos) {
        pass();
        client.subscribe(filter, qos);
        settle();
    }

    /** A message that reaches the broker and nobody beyond. */
    History.Sent publish(SimClient client, TopicName topic, int qos) {
        return publish(client, topic, qos, false);
    }

    History.Sent retain(SimClient client, TopicName topic, int qos) {
        return publish(client, topic, qos, true);
    }

    private History.Sent publish(SimClient client, TopicName topic, int qos, boolean retain) {
        pass();
        History.Sent message = client.publish(topic, qos, retain, false);
        network();
        return message;
    }

    private void pass() {
        world.pass(1);
    }

    /** The shards read all packets that they would read, and do all they have to do without a commit. */
    void network() {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            boolean quiet = true;
            for (SimConnection connection : List.copyOf(world.connections)) {
                if (connection.isReadable()) {
                    pass();
                    broker().read(connection);
                    quiet = false;
                }
            }
            for (int i = 0; i < SimBroker.SHARDS; i++) {
                quiet &= broker().tasks(i).isEmpty();
                while (!broker().tasks(i).isEmpty()) {
                    broker().runTask(i);
                }
                broker().endBurst(i);
            }
            while (broker().pageCount() > 0) {
                broker().readPage(0);
                quiet = false;
            }
            if (quiet) {
                return;
            }
        }
        throw new Violation("does not come to rest");
    }

    /** Writes what was handed over, without a sync. */
    void build() {
        if (!broker().submitted.isEmpty()) {
            broker().build(broker().submitted.size());
        }
    }

    void sync() {
        if (broker().committer.hasUnsynced()) {
            broker().sync();
            broker().complete();
        }
    }

    /** One group: written, synced, and passed to the shards. */
    void commit() {
        build();
        sync();
        network();
    }

    /** A client takes what has arrived. */
    void hear(SimClient client) {
        while (client.connection != null && !client.connection.toClient.isEmpty()) {
            pass();
            client.receive();
        }
    }

    void acknowledge(SimClient client) {
        while (client.canAcknowledge()) {
            pass();
            client.acknowledge(0);
        }
    }

    /** Everything goes its way until nobody has anything to do. */
    void settle() {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            network();
            commit();
            boolean quiet = broker().isAtRest();
            for (SimClient client : world.clients) {
                quiet &= client.connection == null || client.connection.toClient.isEmpty();
                hear(client);
                if (!silent.contains(client)) {
                    quiet &= !client.canAcknowledge();
                    acknowledge(client);
                }
            }
            quiet &= world.connections.stream().noneMatch(SimConnection::isReadable);
            if (quiet) {
                return;
            }
        }
        throw new Violation("does not settle");
    }

    /** The hand visits every segment, and what rows have made needless goes from the log. */
    void turnHand() {
        world.turnHand();
        broker().deleteDead();
        broker().rest();
    }

    void crash() {
        world.crash(0);
    }

    /** The client's packets on the way to it. */
    List<SimConnection.ToClient> arriving(SimClient client) {
        return client.connection == null ? List.of() : List.copyOf(client.connection.toClient);
    }

    /** Labels that a client has received, first copies and repeated ones. */
    List<Integer> received(SimClient client) {
        return world.history.received.stream()
                .filter(r -> r.to().client().equals(client.id))
                .map(Received::label)
                .toList();
    }

    @Nullable
    Received last(SimClient client) {
        List<Received> all = world.history.received;
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).to().client().equals(client.id)) {
                return all.get(i);
            }
        }
        return null;
    }

    int rows(Table table) {
        return world.memory.rowCount(table);
    }

    /** Everybody comes back, everything is delivered, and the whole history is judged. */
    void finish() {
        silent.clear();
        try {
            new Drain(world).run();
        } catch (Violation e) {
            throw new AssertionError(e.getMessage() + "\n" + world.traced(), e);
        }
    }
}
