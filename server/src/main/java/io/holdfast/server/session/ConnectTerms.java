// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.server.access.Client;
import org.jspecify.annotations.Nullable;

/**
 * What CONNECT asks for, what the broker grants, and how CONNACK says so. MQTT 3.1 and 3.1.1 know nothing of this: their
 * sessions end with the connection or when the operator says, and their clients take packets of any size.
 */
final class ConnectTerms {
    /** Session Expiry Interval of a session that lives for ever. */
    static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    /** What CONNACK means by leaving Receive Maximum out. */
    private static final int RECEIVE_MAXIMUM_DEFAULT = 65_535;

    private ConnectTerms() {}

    /** Keeps on the connection what holds for its life. */
    static void keep(Connection connection, Connect connect, Limits limits) {
        Properties asked = connect.properties();
        connection.version = connect.version();
        connection.keepAliveSeconds = keepAliveSeconds(connect, limits);
        connection.receiveMaximum = limits.receiveMaximum();
        connection.client = new Client(connect.clientId(), connection.userName(), connection.certificate);
        if (connect.version() == ProtocolVersion.MQTT_5) {
            connection.receiveMaximum = Math.min(asked.receiveMaximum(), limits.receiveMaximum()); // [MQTT5-3.3.4-9]
            connection.packetBytesMax = (int) Math.min(asked.maximumPacketSizeBytes(), Integer.MAX_VALUE);
            connection.topicAliasMax = asked.topicAliasMaximum();
            connection.problemInformation = asked.requestProblemInformation();
        }
    }

    /** Seconds that the session outlives its connection, 0 to {@link #NEVER_EXPIRES}. */
    static long expirySeconds(Connection connection, Connect connect) {
        long asked = connect.version() == ProtocolVersion.MQTT_5
                ? connect.properties().sessionExpiryIntervalSeconds()
                : connect.cleanStart() ? 0 : NEVER_EXPIRES;
        return Math.min(asked, connection.expirySecondsMax);
    }

    /**
     * The longest time in seconds that the session of this connection may be kept. The limit of the configuration is one of
     * MQTT 5: the sessions of older clients have no other end than rules give them.
     */
    static long expirySecondsMax(Connection connection, Limits limits, long allowedSeconds) {
        if (!limits.access().mayKeep(connection)) {
            return 0;
        }
        boolean tells = connection.version == ProtocolVersion.MQTT_5;
        ConnectLimits ours = limits.connect();
        return Math.min(allowedSeconds, tells ? ours.expirySecondsMax() : ours.expirySeconds311());
    }

    /** Why a will cannot be taken, SUCCESS if it can. */
    static ReasonCode judge(Connect connect, ConnectLimits limits) {
        Will will = connect.will();
        if (will != null && will.qos().level() > limits.qosMax()) {
            return ReasonCode.QOS_NOT_SUPPORTED; // [MQTT5-3.2.2-12]
        }
        // Older clients are not told that nothing is retained, so theirs is taken.
        boolean told = connect.version() == ProtocolVersion.MQTT_5;
        return will != null && will.retain() && told && !limits.retainAvailable()
                ? ReasonCode.RETAIN_NOT_SUPPORTED // [MQTT5-3.2.2-13]
                : ReasonCode.SUCCESS;
    }

    /** The client's value counts unless ours is smaller, which CONNACK tells [MQTT5-3.2.2-22]. */
    private static int keepAliveSeconds(Connect connect, Limits limits) {
        int wanted = connect.keepAliveSeconds();
        int max = limits.connect().keepAliveSecondsMax();
        boolean ours = connect.version() == ProtocolVersion.MQTT_5 && max > 0 && (wanted == 0 || wanted > max);
        return ours ? max : wanted;
    }

    /**
     * The properties of a successful CONNACK. What is left out means that all is available: wildcards, Subscription
     * Identifiers and shared subscriptions, and QoS 2 and retained messages unless the operator has turned them off.
     *
     * @param expirySeconds what the session got
     */
    static Properties accepted(Connection connection, Connect connect, long expirySeconds, Limits limits) {
        if (connect.version() != ProtocolVersion.MQTT_5) {
            return Properties.NONE;
        }
        ConnectLimits ours = limits.connect();
        PropertiesBuilder properties = Properties.builder().maximumPacketSizeBytes(ours.packetBytesMax());
        if (expirySeconds != connect.properties().sessionExpiryIntervalSeconds()) {
            properties.sessionExpiryIntervalSeconds(expirySeconds);
        }
        if (limits.inboundMax() < RECEIVE_MAXIMUM_DEFAULT) {
            properties.receiveMaximum(limits.inboundMax());
        }
        if (ours.topicAliasMax() > 0) {
            properties.topicAliasMaximum(ours.topicAliasMax());
        }
        if (ours.qosMax() < QoS.EXACTLY_ONCE.level()) {
            properties.maximumQos(QoS.of(ours.qosMax())); // [MQTT5-3.2.2-9]
        }
        if (!ours.retainAvailable()) {
            properties.retainAvailable(false);
        }
        if (connection.isNameAssigned()) {
            properties.assignedClientIdentifier(connect.clientId()); // [MQTT5-3.1.3-7] [MQTT5-3.2.2-16]
        }
        if (connection.keepAliveSeconds != connect.keepAliveSeconds()) {
            properties.number(Property.SERVER_KEEP_ALIVE, connection.keepAliveSeconds);
        }
        String method = connect.properties().authenticationMethod();
        if (method != null) { // [MQTT5-4.12.0-5] [MQTT5-4.12.0-6]
            properties.authenticationMethod(method);
            byte @Nullable [] data = connection.authenticationData;
            if (data != null) {
                properties.authenticationData(data);
                connection.authenticationData = null;
            }
        }
        String information = ours.responseInformation();
        if (information != null && connect.properties().requestResponseInformation()) { // [MQTT5-3.1.2-28]
            properties.responseInformation(information.replace("%c", connect.clientId()));
        }
        return properties.build();
    }
}
