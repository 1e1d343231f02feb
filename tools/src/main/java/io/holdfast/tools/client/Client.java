// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.UnsubAck;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One client of one broker: a session that outlives its connections. Once accepted it comes back after each loss, if
 * told to, and sends again what the broker has not settled.
 *
 * <p>All state belongs to one event loop; methods say when any thread may call them.
 */
final class Client implements ClientConnection.Receiver {
    private static final long WELCOME_SECONDS_MAX = 30;
    private static final long SETTLE_MILLIS_MAX = 2_000;

    private final Settings settings;
    private final ClientLoops loops;
    private final EventLoop loop;
    private final Events events;
    private final Visit visit;
    private final Outbox outbox;
    private final Inbox inbox = new Inbox();
    private final Backoff backoff = new Backoff();

    // valid for the run
    private boolean everAccepted;
    private boolean leaving;
    private boolean ended;
    private Ending ending = Ending.DONE;
    private @Nullable ScheduledFuture<?> comingBack;

    // valid for the connection
    private @Nullable ClientConnection connection;
    private @Nullable ScheduledFuture<?> welcomeLimit;
    private @Nullable KeepAlive keepAlive;
    private boolean accepted;
    private boolean saidGoodbye;
    private boolean flushComes;

    /** A client that is not connected. */
    Client(Settings settings, ClientLoops loops, Events events) {
        this.settings = settings;
        this.loops = loops;
        this.events = events;
        loop = loops.next();
        visit = new Visit(settings);
        outbox = new Outbox(settings.version(), this::send, this::hasRoom);
    }

    // ---- what the verbs ask for; any thread

    /** Connects; what becomes of it is told by {@link Events}. */
    void start() {
        loop.execute(this::open);
    }

    /** Publishes, now or when there is a connection and room. */
    void publish(Outgoing message) {
        onLoop(() -> {
            if (!ended) {
                outbox.add(message);
            }
        });
    }

    /** Sends SUBSCRIBE or UNSUBSCRIBE with a free identifier on the connection that is accepted. */
    void ask(IntFunction<Packet> request) {
        onLoop(() -> {
            if (accepted && !saidGoodbye) {
                send(request.apply(outbox.lend()));
            }
        });
    }

    /** Takes no more messages but the one that is being told, settles what is begun and disconnects; then ends as given. */
    void leave(Ending as) {
        onLoop(() -> beginLeaving(as));
    }

    /** Ends now and without DISCONNECT: what was not acknowledged comes again. */
    void abandon(Ending as) {
        onLoop(() -> {
            end(as);
            abort("abandoned");
        });
    }

    /** At once if this is the loop: what is decided about a message must hold for the next one of the same burst. */
    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            events.debug(() -> "the client has ended: " + e.getMessage()); // As every task would find out.
        }
    }

    // ---- connecting

    private void open() {
        comingBack = null;
        if (ended) {
            return;
        }
        accepted = false;
        saidGoodbye = false;
        var connect = visit.connect(everAccepted);
        events.debug(() -> "sending " + connect);
        ClientConnection opening = new ClientConnection(this, settings.version(), connect);
        connection = opening;
        welcomeLimit = loop.schedule(
                () -> opening.abort("no answer to CONNECT within " + WELCOME_SECONDS_MAX + " s"),
                WELCOME_SECONDS_MAX,
                TimeUnit.SECONDS);
        ChannelFuture unused = loops.open(loop, settings.target().address(), null, Wire.around(settings, opening))
                .addListener(opened -> {
                    if (!opened.isSuccess()) {
                        closed(opening, Wire.reason(opened.cause()));
                    }
                });
    }

    private void onConnAck(ConnAck connAck) {
        stopWelcomeLimit();
        if (connAck.reasonCode().isFailure()) {
            refused(connAck.reasonCode());
            return;
        }
        accepted = true;
        visit.accepted(connAck.properties().assignedClientIdentifier());
        backoff.reset();
        if (visit.isOnlyToForget()) {
            sayGoodbye();
            return;
        }
        everAccepted = true;
        int announced = connAck.properties().serverKeepAliveSeconds();
        int seconds = announced >= 0 ? announced : settings.keepAliveSeconds();
        if (seconds > 0) {
            keepAlive = new KeepAlive(loop, seconds, () -> sendNow(PingReq.INSTANCE), () -> dead(seconds));
        }
        if (!connAck.sessionPresent()) {
            inbox.clear();
        }
        events.connected(connAck);
        int repeated = outbox.connected(connAck.properties(), connAck.sessionPresent());
        if (repeated > 0) {
            events.warn("the broker has lost this client's session: " + repeated
                    + " messages that it had not acknowledged are sent again and may arrive twice");
        }
        leaveIfSettled();
    }

    private void refused(ReasonCode reason) {
        boolean later = switch (reason) {
            case SERVER_UNAVAILABLE, SERVER_BUSY, CONNECTION_RATE_EXCEEDED, QUOTA_EXCEEDED, UNSPECIFIED_ERROR -> true;
            default -> false;
        };
        if (!everAccepted || !later) {
            end(Ending.refused(reason, settings.version(), settings.target().toString()));
        }
        abort("the broker refused the connection: " + Ending.text(reason));
    }

    private void dead(int seconds) {
        abort("the broker did not answer PINGREQ within " + seconds + " s");
    }

    // ---- packets

    @Override
    public void received(Packet packet, long nowNanos) {
        if (saidGoodbye) {
            return; // Nothing may follow a DISCONNECT, so nothing is taken any more.
        }
        events.debug(() -> "received " + packet);
        if (packet instanceof ConnAck connAck) {
            onConnAck(connAck);
        } else if (packet instanceof Publish publish) {
            onPublish(publish);
        } else if (packet instanceof PubAck ack) {
            outbox.onPubAck(ack.packetId(), ack.reasonCode());
        } else if (packet instanceof PubRec rec) {
            outbox.onPubRec(rec.packetId(), rec.reasonCode());
        } else if (packet instanceof PubComp comp) {
            outbox.onPubComp(comp.packetId());
        } else if (packet instanceof PubRel rel) {
            onPubRel(rel.packetId());
        } else if (packet instanceof SubAck subAck) {
            outbox.returned(subAck.packetId());
            events.subscribed(subAck);
        } else if (packet instanceof UnsubAck unsubAck) {
            outbox.returned(unsubAck.packetId());
            events.unsubscribed(unsubAck);
        } else if (packet instanceof PingResp) {
            if (keepAlive != null) {
                keepAlive.answered();
            }
        } else if (packet instanceof Disconnect disconnect) {
            onDisconnect(disconnect.reasonCode());
        } else if (packet instanceof Auth) {
            end(Ending.failed("the broker asks for an exchange of AUTH packets, which this client does not know"));
            abort("AUTH");
        }
        leaveIfSettled();
    }

    private void onPublish(Publish publish) {
        if (leaving) {
            return; // Not acknowledged, so it is the next run's.
        }
        if (inbox.take(publish)) {
            events.received(publish);
        }
        if (publish.qos() == QoS.AT_LEAST_ONCE) {
            ack(PacketType.PUBACK, publish.packetId());
        } else if (publish.qos() == QoS.EXACTLY_ONCE) {
            ack(PacketType.PUBREC, publish.packetId());
        }
    }

    private void onPubRel(int packetId) {
        boolean known = inbox.release(packetId);
        if (known || !settings.isMqtt5()) {
            ack(PacketType.PUBCOMP, packetId);
        } else {
            send(new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        }
    }

    private void onDisconnect(ReasonCode reason) {
        String text = "the broker ended the connection: " + Ending.text(reason);
        boolean temporary = reason == ReasonCode.SERVER_SHUTTING_DOWN
                || reason == ReasonCode.SERVER_BUSY
                || reason == ReasonCode.KEEP_ALIVE_TIMEOUT
                || reason == ReasonCode.MAXIMUM_CONNECT_TIME;
        if (!temporary) {
            end(Ending.failed(text)); // It would end the next connection for the same reason.
        }
        abort(text);
    }

    @Override
    public void burstEnds() {
        events.burstEnds();
    }

    @Override
    public void writable() {
        outbox.pump();
    }

    // ---- sending

    private boolean hasRoom() {
        return connection != null && connection.isWritable();
    }

    private void send(Packet packet) {
        events.debug(() -> "sending " + packet);
        ClientConnection open = connection;
        if (open != null && !ended) {
            open.send(packet);
            sent(open);
        }
    }

    private void ack(PacketType type, int packetId) {
        events.debug(() -> "sending " + type + " " + packetId);
        ClientConnection open = connection;
        if (open != null && !ended) {
            open.ack(type, packetId);
            sent(open);
        }
    }

    /** What this turn of the loop encodes goes out together at its end. */
    private void sent(ClientConnection open) {
        if (keepAlive != null) {
            keepAlive.sent();
        }
        if (!flushComes) {
            flushComes = true;
            loop.execute(() -> {
                flushComes = false;
                events.burstEnds();
                open.flush();
                if (connection == open) {
                    outbox.pump(); // The socket may have room again without having been full.
                }
            });
        }
    }

    private void sendNow(Packet packet) {
        send(packet);
        if (connection != null) {
            connection.flush();
        }
    }

    // ---- leaving

    private void beginLeaving(Ending as) {
        if (leaving || ended) {
            return;
        }
        leaving = true;
        ending = as;
        if (connection == null && outbox.isEmpty()) {
            visitOnceMoreOrEnd(); // It was about to come back.
            return;
        }
        ScheduledFuture<?> unused = loop.schedule(
                () -> {
                    inbox.clear();
                    leaveIfSettled();
                },
                SETTLE_MILLIS_MAX,
                TimeUnit.MILLISECONDS);
        loop.execute(this::leaveIfSettled); // Not now: a message may be about to be acknowledged.
    }

    private void leaveIfSettled() {
        if (leaving && accepted && !saidGoodbye && !ended && outbox.isEmpty() && inbox.isSettled()) {
            sayGoodbye();
        }
    }

    private void sayGoodbye() {
        events.burstEnds();
        ClientConnection open = connection;
        if (open != null && !ended) {
            sendNow(visit.disconnect());
            saidGoodbye = true;
            open.awaitClose();
        }
    }

    @Override
    public void closed(ClientConnection gone, String reason) {
        if (connection != gone) {
            return;
        }
        connection = null;
        accepted = false;
        outbox.disconnected();
        stopWelcomeLimit();
        if (keepAlive != null) {
            keepAlive.stop();
            keepAlive = null;
        }
        if (ended) {
            return;
        }
        if (visit.isOnlyToForget()) {
            forgot(reason);
        } else if (saidGoodbye || (leaving && everAccepted && outbox.isEmpty())) {
            visitOnceMoreOrEnd();
        } else {
            lost(reason);
        }
    }

    /** A visit that was only to give up a session is over. */
    private void forgot(String reason) {
        boolean first = visit.forgot();
        if (first && saidGoodbye) {
            open();
        } else if (first) {
            end(Ending.failed("cannot connect to " + settings.target() + ": " + reason));
        } else {
            if (!saidGoodbye) {
                events.warn("the session of '" + visit.clientId() + "' stays at the broker: " + reason);
            }
            end(ending);
        }
    }

    private void visitOnceMoreOrEnd() {
        if (comingBack != null) {
            comingBack.cancel(false);
        }
        if (everAccepted && visit.forgetsAtTheEnd()) {
            open();
        } else {
            end(ending);
        }
    }

    private void lost(String reason) {
        if (!everAccepted) {
            end(Ending.failed("cannot connect to " + settings.target() + ": " + reason));
        } else if (!settings.reconnects()) {
            end(Ending.failed("the connection to " + settings.target() + " was lost: " + reason
                    + (outbox.isEmpty() ? "" : "; it is not known whether the message has arrived")));
        } else {
            long millis = backoff.nextMillis();
            events.warn("the connection to " + settings.target() + " was lost: " + reason + "; trying again in "
                    + millis + " ms");
            comingBack = loop.schedule(this::open, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void abort(String reason) {
        if (connection != null) {
            connection.abort(reason);
        }
    }

    private void stopWelcomeLimit() {
        if (welcomeLimit != null) {
            welcomeLimit.cancel(false);
            welcomeLimit = null;
        }
    }

    private void end(Ending as) {
        if (!ended) {
            ended = true;
            events.ended(as, outbox.size());
        }
    }
}
