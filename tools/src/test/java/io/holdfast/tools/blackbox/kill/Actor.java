// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.history.Event;
import io.holdfast.tools.blackbox.history.History;
import io.holdfast.tools.blackbox.history.Message;
import io.holdfast.tools.blackbox.history.OwedRule;
import io.holdfast.tools.blackbox.history.Payload;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One client of a campaign on a thread of its own: connects whenever the broker is up, works, records, and survives the
 * broker's death with its session state as the standard asks of a client.
 */
abstract class Actor implements Runnable {
    static final Duration TICK = Duration.ofMillis(20);

    private static final List<Integer> SERVER_UNAVAILABLE = List.of(3, 0x88, 0x8B);

    /** Above any campaign's length: a will that waits so long must never come, as its session is back before. */
    static final int WILL_DELAY_SECONDS = 3_600;

    // valid for the whole campaign
    final String name;
    final Dialect dialect;
    final History history;
    final SplittableRandom random;
    private final Campaign campaign;
    private volatile @Nullable Throwable failure;
    /** From before a connection is opened until its end is booked. */
    private volatile boolean online;

    // valid for one connection
    int connection;
    private @Nullable WireClient client;

    Actor(Campaign campaign, String name) {
        this.campaign = campaign;
        this.name = name;
        this.dialect = name.contains(Extras.MARK) ? Dialect.MQTT_5 : Dialect.MQTT_3_1_1;
        this.history = campaign.history();
        this.random = new SplittableRandom(campaign.seed() ^ ((long) name.hashCode() << 20));
    }

    /** The CONNECT of the next connection, without will. */
    abstract WireConnect connect();

    /** Whether each connection carries a will. */
    abstract boolean hasWill();

    /** Whether that will waits for a session that is back before, so that it never comes. */
    boolean delaysWill() {
        return false;
    }

    /** Will Delay Interval; 0 for none. */
    int willDelaySeconds() {
        return delaysWill() ? WILL_DELAY_SECONDS : 0;
    }

    /** The client id of the present connection. */
    String id() {
        return name;
    }

    /** Works on a fresh connection until it breaks or {@link #mode} says to leave. */
    abstract void work(boolean sessionPresent) throws IOException, InterruptedException;

    /** Whether this client stays away in the current round. */
    boolean asleep() {
        return false;
    }

    /** Whether nothing is pending on the client's side. */
    abstract boolean idle();

    @Override
    public final void run() {
        try {
            while (true) {
                Gate.Mode mode = campaign.gate().awaitUp();
                if (mode == Gate.Mode.LEAVE) {
                    return;
                }
                if (asleep() && mode == Gate.Mode.OPEN) {
                    campaign.gate().awaitOtherRound(campaign.gate().round(), 1_000);
                } else {
                    connectAndWork();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            // An AssertionError of a client is a finding; the campaign shows it.
            failure = e;
        }
    }

    /** What ended this client before its time. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    boolean online() {
        return online;
    }

    Campaign campaign() {
        return campaign;
    }

    Gate.Mode mode() {
        return campaign.gate().mode();
    }

    int round() {
        return campaign.gate().round();
    }

    WireClient client() {
        if (client == null) {
            throw new IllegalStateException("not connected");
        }
        return client;
    }

    /** Books an acknowledgement that was read just now; the broker may be killed by it. */
    void acknowledged(Event event) {
        history.record(event);
        campaign.killSwitch().onAck();
    }

    /** Books what nobody had to send; a DISCONNECT is the end of the connection. */
    void surprise(WirePacket packet) throws IOException {
        if (packet.type() == WirePacket.DISCONNECT) {
            throw new IOException("the broker sent " + packet);
        }
        history.record(new Event.Surprise(id(), connection, packet.toString()));
    }

    /** Ends the connection in an orderly way, so that no will may follow. */
    void disconnect() throws IOException {
        int round = round();
        history.record(new Event.DisconnectCalled(id(), connection));
        client().disconnect();
        client = null;
        // A broker that is killed or fails closes the connection too, and has confirmed nothing by it.
        boolean confirmed = mode() != Gate.Mode.CLOSED && round() == round && !campaign.mayFail();
        history.record(
                confirmed
                        ? new Event.DisconnectConfirmed(id(), connection)
                        : new Event.ConnectionLost(id(), connection));
        online = false;
    }

    /** Drops the connection as a crashed or cut-off host does. */
    void drop() throws IOException {
        history.record(new Event.DropCalled(id(), connection));
        if (random.nextBoolean()) {
            client().reset();
        } else {
            client().close();
        }
        lost();
    }

    /** Connects again under the same name while the old connection lives; the broker must close the old one. */
    boolean takeOver() throws IOException {
        int oldConnection = connection;
        try (WireClient old = client()) {
            client = null;
            boolean present;
            try {
                present = open();
            } finally {
                history.record(new Event.ConnectionLost(id(), oldConnection));
            }
            if (!old.awaitClosed(WireClient.PATIENCE)) {
                history.record(new Event.Surprise(id(), oldConnection, "still open after takeover"));
            }
            return present;
        }
    }

    private void connectAndWork() throws IOException, InterruptedException {
        int round = round();
        try {
            boolean present = open();
            work(present);
        } catch (IOException e) {
            // The gate closes before the broker is stopped: a connection that breaks while it is open was broken by it.
            if (mode() != Gate.Mode.CLOSED && round() == round && !campaign.mayFail()) {
                history.record(new Event.Surprise(id(), connection, "connection broken in a running broker: " + e));
            }
            lost();
        }
    }

    private boolean open() throws IOException {
        online = true;
        WireClient opened = WireClient.open(campaign.port());
        if (mode() == Gate.Mode.CLOSED) {
            // Perhaps it is the next broker already, which would not end this connection before the next round.
            opened.close();
            throw new IOException("the broker is being stopped");
        }
        connection++;
        client = opened;
        WireConnect connect = connect();
        Optional<Message> will = Optional.empty();
        if (hasWill()) {
            String text = "will-" + id() + "-" + connection + "|x";
            Payload payload = Payload.of(text.getBytes(StandardCharsets.UTF_8));
            String topic = delaysWill() ? OwedRule.DELAYED_WILLS + id() : "will/" + id();
            Message message = new Message(topic, payload, random.nextInt(1, 3), random.nextInt(4) == 0);
            connect = connect.withWill(message.topic(), text, message.qos(), message.retain());
            if (willDelaySeconds() > 0) {
                WireProperties delay = WireProperties.none().number(WireProperties.WILL_DELAY, willDelaySeconds());
                connect = connect.withProperties(connect.properties(), delay);
            }
            will = Optional.of(message);
        }
        history.record(new Event.ConnectCalled(id(), connection, connect.clean(), will));
        WirePacket connack = opened.connect(connect);
        if (connack.returnCode() != 0) {
            history.record(new Event.Refused(id(), connection, connack.returnCode()));
            boolean stopping = mode() == Gate.Mode.CLOSED && SERVER_UNAVAILABLE.contains(connack.returnCode());
            if (stopping || campaign.mayFail()) {
                throw new IOException("the broker is stopping or has failed");
            }
            throw new AssertionError(name + " refused: " + connack);
        }
        acknowledged(new Event.Connected(id(), connection, connack.sessionPresent()));
        return connack.sessionPresent();
    }

    private void lost() throws IOException {
        if (client != null) {
            client.close();
            client = null;
            history.record(new Event.ConnectionLost(id(), connection));
        }
        online = false;
    }
}
