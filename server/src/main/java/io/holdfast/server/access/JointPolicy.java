// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.List;

/** Several policies of which each has to allow what is to be done. Immutable. */
public record JointPolicy(List<AccessPolicy> policies) implements AccessPolicy {
    public JointPolicy {
        policies = List.copyOf(policies);
    }

    @Override
    public Grants grants(Client client) {
        return new Joint(policies.stream().map(policy -> policy.grants(client)).toList());
    }

    private record Joint(List<Grants> all) implements Grants {
        @Override
        public boolean mayPublish(TopicName topic, int qos) {
            return all.stream().allMatch(grants -> grants.mayPublish(topic, qos));
        }

        @Override
        public boolean mayRetain(TopicName topic, int qos) {
            return all.stream().allMatch(grants -> grants.mayRetain(topic, qos));
        }

        @Override
        public boolean mayLeaveWill(TopicName topic, int qos) {
            return all.stream().allMatch(grants -> grants.mayLeaveWill(topic, qos));
        }

        @Override
        public int subscribeQosMax(TopicFilter filter) {
            return all.stream()
                    .mapToInt(grants -> grants.subscribeQosMax(filter))
                    .min()
                    .orElse(NOT_AT_ALL);
        }

        @Override
        public boolean mayReceive(TopicName topic) {
            return all.stream().allMatch(grants -> grants.mayReceive(topic));
        }

        @Override
        public long sessionExpirySecondsMax() {
            return all.stream().mapToLong(Grants::sessionExpirySecondsMax).min().orElse(EXPIRY_UNLIMITED);
        }
    }
}
