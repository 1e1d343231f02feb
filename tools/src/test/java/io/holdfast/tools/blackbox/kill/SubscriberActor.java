// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.history.Event;
import io.holdfast.tools.blackbox.history.Message;
import io.holdfast.tools.blackbox.history.Payload;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A subscriber. It acknowledges as its habit says and records every packet; whether a PUBLISH is new is for the judge to
 * tell, not for the client.
 */
final class SubscriberActor extends Actor {
    /** How a subscriber behaves while the broker is up. In the drain all of them are steady. */
    enum Habit {
        /** Stays and acknowledges at once. */
        STEADY,
        /** Acknowledges late, several at a time. */
        SLOW,
        /** Comes and goes: DISCONNECT, cut, reset, takeover by itself. */
        FLAPPING,
        /** Is away in most rounds. */
        SLEEPY,
        /** Subscribes and unsubscribes all the time. */
        FICKLE,
        /** Comes and goes, and ends its session now and then by a connection with a clean one, slow in between. */
        DESERTING
    }

    /** One wanted subscription. */
    record Wanted(String filter, int qos) {}

    private static final int SLOW_BATCH = 12;

    // valid for the whole campaign
    private final Habit habit;
    private final boolean clean;
    private final List<Wanted> wanted;

    // valid for session
    private final Set<String> subscribed = new HashSet<>();

    // valid for connection
    private final ArrayDeque<WirePacket> unanswered = new ArrayDeque<>();
    private Optional<Request> request = Optional.empty();
    private int packetsLeft;

    /** The SUBSCRIBE or UNSUBSCRIBE under way. */
    private record Request(int packetId, boolean subscribe, Wanted wanted) {}

    SubscriberActor(Campaign campaign, String name, Habit habit, boolean clean, List<Wanted> wanted) {
        super(campaign, name);
        this.habit = habit;
        this.clean = clean;
        this.wanted = wanted;
    }

    @Override
    WireConnect connect() {
        boolean deserts = habit == Habit.DESERTING && mode() == Gate.Mode.OPEN && random.nextInt(3) == 0;
        return WireConnect.plain(dialect, name, clean || deserts);
    }

    @Override
    boolean hasWill() {
        return habit == Habit.FLAPPING;
    }

    @Override
    boolean delaysWill() {
        return dialect.isMqtt5() && !clean;
    }

    @Override
    boolean idle() {
        return true;
    }

    @Override
    boolean asleep() {
        return habit == Habit.SLEEPY && !subscribed.isEmpty() && Math.floorMod(round() + name.hashCode(), 3) != 0;
    }

    @Override
    void work(boolean sessionPresent) throws IOException {
        begin(sessionPresent);
        while (true) {
            Gate.Mode mode = mode();
            if (mode == Gate.Mode.LEAVE) {
                disconnect();
                return;
            }
            askNext(mode);
            Optional<WirePacket> packet = client().poll(TICK);
            if (packet.isPresent()) {
                handle(packet.get());
            }
            boolean late = (habit == Habit.SLOW || habit == Habit.DESERTING) && mode == Gate.Mode.OPEN;
            if (!late || packet.isEmpty() || unanswered.size() >= SLOW_BATCH) {
                answerAll();
            }
            boolean restless = habit == Habit.FLAPPING || habit == Habit.DESERTING;
            if (restless && mode == Gate.Mode.OPEN && packet.isPresent() && --packetsLeft <= 0) {
                if (!flap()) {
                    return;
                }
            }
        }
    }

    private void begin(boolean sessionPresent) {
        unanswered.clear();
        request = Optional.empty();
        packetsLeft = random.nextInt(1, 120);
        if (!sessionPresent) {
            subscribed.clear();
        }
    }

    /** Leaves; returns whether a new connection is there already. */
    private boolean flap() throws IOException {
        switch (random.nextInt(3)) {
            case 0 -> {
                disconnect();
                return false;
            }
            case 1 -> {
                drop();
                return false;
            }
            default -> {
                begin(takeOver());
                return true;
            }
        }
    }

    private void askNext(Gate.Mode mode) throws IOException {
        if (request.isPresent()) {
            return;
        }
        Optional<Wanted> missing = wanted.stream()
                .filter(want -> !subscribed.contains(want.filter()))
                .findFirst();
        if (missing.isPresent()) {
            subscribe(missing.get());
        } else if (habit == Habit.FICKLE && mode == Gate.Mode.OPEN && random.nextInt(30) == 0) {
            Wanted any = wanted.get(random.nextInt(wanted.size()));
            if (random.nextInt(3) == 0) {
                subscribe(any);
            } else {
                unsubscribe(any);
            }
        }
    }

    private void subscribe(Wanted want) throws IOException {
        int id = client().nextPacketId();
        request = Optional.of(new Request(id, true, want));
        history.record(new Event.SubscribeCalled(name, connection, want.filter(), want.qos()));
        if (dialect.isMqtt5()) {
            WireProperties identifier =
                    WireProperties.none().number(WireProperties.SUBSCRIPTION_ID, wanted.indexOf(want) + 1);
            client().send(PacketBytes.subscribe5(id, want.qos(), identifier, want.filter()));
        } else {
            client().send(PacketBytes.subscribe(id, want.qos(), want.filter()));
        }
    }

    private void unsubscribe(Wanted want) throws IOException {
        int id = client().nextPacketId();
        request = Optional.of(new Request(id, false, want));
        // Until its UNSUBACK the subscription may be gone or not: it is wanted again either way.
        subscribed.remove(want.filter());
        history.record(new Event.UnsubscribeCalled(name, connection, want.filter()));
        client().send(PacketBytes.unsubscribe(dialect, id, want.filter()));
    }

    private void handle(WirePacket packet) throws IOException {
        switch (packet.type()) {
            case WirePacket.PUBLISH -> {
                Message message =
                        new Message(packet.topic(), Payload.of(packet.payload()), packet.qos(), packet.retain());
                Event received = new Event.Received(name, connection, message, packet.packetId(), packet.dup());
                acknowledged(received);
                long now = System.currentTimeMillis();
                campaign()
                        .willDelays()
                        .judge(message.payload().id(), now)
                        .ifPresent(fault -> history.record(new Event.Surprise(name, connection, fault)));
                if (dialect.isMqtt5()) {
                    List<String> filters = wanted.stream().map(Wanted::filter).toList();
                    Extras.judge(packet, filters, now)
                            .ifPresent(fault -> history.record(new Event.Surprise(name, connection, fault)));
                }
                if (packet.qos() > 0) {
                    unanswered.add(packet);
                }
            }
            case WirePacket.PUBREL -> {
                acknowledged(new Event.ReleaseSeen(name, connection, packet.packetId()));
                client().ack(WirePacket.PUBCOMP, packet.packetId());
            }
            case WirePacket.SUBACK, WirePacket.UNSUBACK -> granted(packet);
            default -> surprise(packet);
        }
    }

    private void granted(WirePacket packet) throws IOException {
        boolean suback = packet.type() == WirePacket.SUBACK;
        Request asked = request.filter(r -> r.subscribe() == suback && r.packetId() == packet.packetId())
                .orElse(null);
        if (asked == null) {
            surprise(packet);
            return;
        }
        request = Optional.empty();
        String filter = asked.wanted().filter();
        if (suback) {
            subscribed.add(filter);
            acknowledged(new Event.Subscribed(name, connection, filter, packet.returnCodes()[0]));
        } else {
            acknowledged(new Event.Unsubscribed(name, connection, filter));
        }
    }

    private void answerAll() throws IOException {
        for (WirePacket packet = unanswered.poll(); packet != null; packet = unanswered.poll()) {
            int id = packet.packetId();
            if (packet.qos() == 1) {
                history.record(new Event.AckCalled(name, connection, id));
                client().ack(WirePacket.PUBACK, id);
            } else {
                history.record(new Event.RecCalled(name, connection, id));
                client().ack(WirePacket.PUBREC, id);
            }
        }
    }
}
