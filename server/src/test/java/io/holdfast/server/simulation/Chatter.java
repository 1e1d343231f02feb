// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;

/** What clients say when chance decides. */
final class Chatter {
    private final SimWorld world;
    private final Dice dice;
    private final SimConfig config;

    Chatter(SimWorld world) {
        this.world = world;
        dice = world.dice;
        config = world.config;
    }

    void connect(SimClient client) {
        boolean clean = !world.isDraining() && dice.chance(world.profile.cleanChance());
        client.receiveMaximum = dice.between(1, config.limits().receiveMaximum());
        client.expirySeconds = config.expires()
                ? dice.of(SimClient.NEVER_EXPIRES, SimClient.NEVER_EXPIRES, SimClient.NEVER_EXPIRES, 60L, 60L, 0L)
                : SimClient.NEVER_EXPIRES;
        client.smallPackets = !world.profile.equals(Profile.WRAP) && !world.isDraining() && dice.chance(.1);
        boolean will = dice.chance(.5) && !world.isDraining();
        long delaySeconds = config.expires() ? dice.of(0L, 30L, 60L) : 0;
        Testament testament =
                will ? new Testament(dice.of(config.topics()), dice.below(3), dice.chance(.2), delaySeconds) : null;
        client.connect(clean, testament, !world.isDraining() && dice.chance(.15));
    }

    void publish(SimClient client) {
        TopicName topic = dice.of(config.topics());
        int qos = dice.of(0, 1, 1, 2, 2, 2);
        boolean retain = dice.chance(config.retainChance());
        boolean clear = retain && dice.chance(.2);
        if (qos == 2 && !clear && dice.chance(.1)) {
            client.publishEagerly(topic);
        } else {
            // Retained ones do not expire here: their rule has scenarios of its own.
            boolean expires = !world.profile.equals(Profile.WRAP) && config.expires() && !retain && dice.chance(.3);
            client.publish(topic, qos, retain, clear, expires ? dice.of(1L, 5L) : -1);
        }
    }

    void subscribe(SimClient client) {
        TopicFilter filter = dice.of(config.filters());
        client.subscribe(filter, config.isAtMostOnce(client.id, filter) ? 0 : dice.of(1, 2, 2));
    }

    void unsubscribe(SimClient client) {
        client.unsubscribe(dice.of(world.history.intervals(client.epoch())).filter);
    }

    void acknowledge(SimClient client) {
        client.acknowledge(dice.chance(.8) ? 0 : dice.below(client.acknowledgementCount()));
    }
}
