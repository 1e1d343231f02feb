// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.Client;
import io.holdfast.server.access.Grants;
import io.holdfast.server.access.Standing;
import io.holdfast.storage.log.Message;
import org.jspecify.annotations.Nullable;

/**
 * One network connection as the session core sees it: the transport extends it with a socket, the simulation with a fake
 * one. After CONNECT it lives on its session's shard, and all methods are called there.
 */
public abstract class Connection {
    // valid from CONNECT on
    ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    int keepAliveSeconds;
    /** Unacknowledged QoS 1 and 2 messages to the client: its Receive Maximum, or ours if that is smaller. */
    int receiveMaximum;

    /**
     * Messages of an MQTT 5 client at QoS 1 and 2 that came on this connection and whose PUBACK, PUBCOMP or refusing PUBREC
     * has not been written yet. A client that counts what it has received is never below this.
     */
    int unacknowledged;

    /** Inbound QoS 2 identifiers that the session has from earlier connections: they do not count here. */
    private @Nullable PacketIdSet carried;

    /** The client's Maximum Packet Size. */
    int packetBytesMax = Integer.MAX_VALUE;

    /** Aliases that the client takes in our PUBLISH packets; 0 for none. */
    int topicAliasMax;

    /** False when the client wants no Reason String and no User Property but where it must expect them. */
    boolean problemInformation = true;

    @Nullable
    Session session;

    final Replies replies = new Replies(this);

    // valid for one packet
    @Nullable
    Packet held;

    long lastPacketMillis;
    boolean needsFlush;

    private boolean open = true;
    private boolean undecided;
    private boolean nameAssigned;
    private @Nullable String userName;

    @Nullable
    String certificate;

    private @Nullable Object proof;
    private boolean onLoopback;

    /** As access rules know it; set by CONNECT. */
    Client client = new Client("", null, null);

    // what the access rules that were asked last say
    @Nullable
    AccessPolicy policy;

    @Nullable
    Grants grants;

    /** The topic of the last message that was judged, and the judgement. */
    byte @Nullable [] judgedTopic;

    boolean judgedAllowed;

    /** The longest time in seconds that its session may outlive it. */
    long expirySecondsMax;

    /** The last data of the exchange that authenticated the client, for its CONNACK. */
    byte @Nullable [] authenticationData;

    private boolean reading = true;
    private final RouteCache routeCache = new RouteCache();

    /** Queues a packet behind what was sent before; {@link #flush} puts it on the wire. */
    protected abstract void write(Packet packet);

    /** Queues PUBACK, PUBREC, PUBREL or PUBCOMP with reason success, without allocating. */
    protected abstract void writeAck(PacketType type, int packetId);

    /**
     * Queues a PUBLISH.
     *
     * @param packetId 0 for QoS 0
     * @param identifiers Subscription Identifiers, MQTT 5 only
     * @param expirySeconds what is left of the Message Expiry Interval, {@link Message#NEVER} for none; MQTT 5 only
     * @return false when the client takes no packet of this size: nothing is queued then [MQTT5-3.1.2-24]
     */
    protected abstract boolean writePublish(
            Message message,
            int packetId,
            int qos,
            boolean dup,
            boolean retain,
            int @Nullable [] identifiers,
            long expirySeconds);

    /** Puts what was queued on the wire. */
    protected abstract void flush();

    /** False while the client reads too slowly; {@link SessionShard#onWritable} tells when that changes. */
    protected abstract boolean isWritable();

    /** Whether the transport does not read, for its own reasons: the client may have said something (C22). */
    protected boolean isHeldBack() {
        return false;
    }

    /** Stops or resumes decoding; packets decoded already do not reach the shard either. */
    protected abstract void applyReading(boolean reading);

    /**
     * Sends what is queued, then DISCONNECT to an MQTT 5 client that shall know why, and closes the socket. Before its
     * CONNACK such a client gets a CONNACK with the reason instead [MQTT5-3.14.0-1], or nothing while {@link #isUndecided}.
     *
     * @param why for a person
     */
    protected abstract void shut(ReasonCode reason, String why);

    /**
     * AUTH on a living connection: only the transport knows methods of authentication.
     *
     * @return false when it must not come now, which is a protocol error
     */
    protected boolean onAuth(Auth auth) {
        return false;
    }

    /** Bytes that were written for the client and that it has not taken yet. */
    protected long waitingBytes() {
        return 0;
    }

    /** Address and port of the client, for logs. */
    public abstract String peer();

    /** The CONNECT is handed over: from now until the CONNACK nobody knows whether it will count. */
    final void decidedByCommit() {
        undecided = true;
    }

    /** Whether the CONNECT may be on disk though its client has no CONNACK: then no word may say that it is refused. */
    protected final boolean isUndecided() {
        return undecided;
    }

    /** Whether the core still has business with this connection. */
    public final boolean isOpen() {
        return open;
    }

    public final ProtocolVersion version() {
        return version;
    }

    /** Keep alive deadline passed in seconds, 0 for none; set by CONNECT. */
    public final int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    /** The largest packet the client takes, in bytes [MQTT5-3.1.2-24]. */
    public final int packetBytesMax() {
        return packetBytesMax;
    }

    /** Whether the client wants Reason Strings and User Properties in acknowledgements too [MQTT5-3.1.2-29]. */
    public final boolean wantsProblemInformation() {
        return problemInformation;
    }

    /** The client came without a name and was given one, before its CONNECT reached the shard. */
    public final void nameAssigned() {
        nameAssigned = true;
    }

    /**
     * The client proved who it is, before its CONNECT reached the shard.
     *
     * @param data what CONNACK tells the client, null for nothing
     * @param provenBy what the proof rests on, see {@link Standing}; null for a proof that stands whatever changes
     */
    public final void authenticated(String user, byte @Nullable [] data, @Nullable Object provenBy) {
        userName = user;
        authenticationData = data;
        proof = provenBy;
    }

    /**
     * The client showed a certificate, before its CONNECT reached the shard.
     *
     * @param name who the certificate says it is; null for a client without one, or where nobody asks for that
     */
    public final void certified(@Nullable String name) {
        certificate = name;
    }

    /** The client came to an address that other machines cannot reach, before its CONNECT reached the shard. */
    public final void onLoopback() {
        onLoopback = true;
    }

    final boolean isOnLoopback() {
        return onLoopback;
    }

    /** Who the client proved to be, by enhanced authentication or its certificate; null for nobody. */
    public final @Nullable String userName() {
        return userName;
    }

    /** Whether what the client has proven still counts. */
    final boolean stands(Standing standing) {
        return userName == null || proof == null || standing.stands(userName, proof);
    }

    final boolean isNameAssigned() {
        return nameAssigned;
    }

    /** Aliases that the client takes in our PUBLISH packets, 0 for none [MQTT5-3.1.2-26] [MQTT5-3.1.2-27]. */
    public final int topicAliasMax() {
        return topicAliasMax;
    }

    /** The session comes with these QoS 2 identifiers, whose messages are not released yet. */
    final void carry(int[] packetIds) {
        carried = new PacketIdSet();
        for (int packetId : packetIds) {
            carried.add(packetId);
        }
    }

    /** Whether an identifier is from an earlier connection; from now on it is not. */
    final boolean takeCarried(int packetId) {
        if (carried == null || !carried.contains(packetId)) {
            return false;
        }
        carried.remove(packetId);
        return true;
    }

    final RouteCache routeCache() {
        return routeCache;
    }

    final boolean isReading() {
        return reading;
    }

    final void pauseReading() {
        if (reading) {
            reading = false;
            applyReading(false);
        }
    }

    /** Reads on; the keep alive starts anew, as we were the silent side (C22). */
    final void resumeReading(long nowMillis) {
        if (!reading && open) {
            reading = true;
            lastPacketMillis = nowMillis;
            applyReading(true);
        }
    }

    final void close(ReasonCode reason) {
        close(reason, null);
    }

    /** As above, with a reason for a person; null for the usual sentence. */
    final void close(ReasonCode reason, @Nullable String why) {
        if (open) {
            open = false;
            replies.clear();
            held = null;
            shut(reason, why == null ? Sentences.of(reason) : why);
        }
    }

    /** The socket has gone by itself. */
    final void gone() {
        open = false;
        replies.clear();
        held = null;
    }
}
