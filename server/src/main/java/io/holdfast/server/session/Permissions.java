// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.Client;
import io.holdfast.server.access.Grants;
import io.holdfast.storage.log.Message;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What access rules say to the clients of a shard. A connection keeps the grants of the policy that it asked last; another
 * policy has come into force when that is another object, and everything is asked anew (T32). Without rules each question
 * costs one comparison with null.
 */
final class Permissions {
    private final ShardEnvironment env;

    Permissions(ShardEnvironment env) {
        this.env = env;
    }

    private static Grants grants(Connection connection, AccessPolicy policy) {
        Grants known = connection.grants;
        if (known == null || connection.policy != policy) {
            known = policy.grants(connection.client);
            connection.grants = known;
            connection.policy = policy;
            connection.judgedTopic = null;
        }
        return known;
    }

    boolean mayPublish(Connection connection, Publish publish) {
        AccessPolicy policy = env.policy();
        if (policy == null) {
            return true;
        }
        Grants grants = grants(connection, policy);
        int qos = publish.qos().level();
        return grants.mayPublish(publish.topic(), qos) && (!publish.retain() || grants.mayRetain(publish.topic(), qos));
    }

    /** Whether a client may connect with this will. */
    boolean mayLeave(Connection connection, Will will) {
        AccessPolicy policy = env.policy();
        return policy == null
                || mayLeave(grants(connection, policy), will.topic(), will.qos().level(), will.retain());
    }

    /** Whether a will may be published now that its client has gone: rules and accounts may have changed since (T32). */
    boolean mayLeave(Client client, Message will, TopicName topic) {
        AccessPolicy policy = env.policy();
        return env.standing().mayExist(client.user())
                && (policy == null || mayLeave(policy.grants(client), topic, will.qos(), will.retain()));
    }

    private static boolean mayLeave(Grants grants, TopicName topic, int qos, boolean retain) {
        return grants.mayPublish(topic, qos)
                && grants.mayLeaveWill(topic, qos)
                && (!retain || grants.mayRetain(topic, qos));
    }

    /** The QoS at which a client may subscribe, or {@link Grants#NOT_AT_ALL}. */
    int subscribeQosMax(Connection connection, TopicFilter filter) {
        AccessPolicy policy = env.policy();
        return policy == null ? 2 : grants(connection, policy).subscribeQosMax(filter);
    }

    /** Whether a message may be sent to a client, whatever it has subscribed to and when. */
    boolean mayReceive(Connection connection, Message message) {
        AccessPolicy policy = env.policy();
        return policy == null || mayReceive(connection, grants(connection, policy), message);
    }

    private static boolean mayReceive(Connection connection, Grants grants, Message message) {
        int from = message.topicOffset();
        int to = from + message.topicBytes();
        byte @Nullable [] judged = connection.judgedTopic;
        if (judged == null || !Arrays.equals(judged, 0, judged.length, message.topicArray(), from, to)) {
            judged = Arrays.copyOfRange(message.topicArray(), from, to);
            connection.judgedTopic = judged;
            connection.judgedAllowed = grants.mayReceive(TopicName.of(judged));
        }
        return connection.judgedAllowed;
    }

    /** The longest time in seconds that rules let a client's session be kept. */
    long expirySecondsMax(Connection connection) {
        AccessPolicy policy = env.policy();
        return policy == null
                ? Grants.EXPIRY_UNLIMITED
                : grants(connection, policy).sessionExpirySecondsMax();
    }
}
