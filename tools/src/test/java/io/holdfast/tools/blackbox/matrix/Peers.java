// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The clients of one test class, all against its broker. */
final class Peers {
    private final SharedBroker broker;

    Peers(SharedBroker broker) {
        this.broker = broker;
    }

    /** A client of this name, straight to the broker. */
    Mqtt5Peer named(Client make, String id) throws Exception {
        return make.named(broker.port(), id);
    }

    /** A connected client with a name of its own, whose session ends with it. */
    Mqtt5Peer any(Client make, Subscription... subscriptions) throws Exception {
        Mqtt5Peer peer = named(make, broker.uniqueName("any"));
        peer.connect(Wishes.clean(), subscriptions);
        return peer;
    }

    /** Somebody who publishes or looks on where another client is the subject: the quickest of them to connect. */
    Mqtt5Peer other(Subscription... subscriptions) throws Exception {
        return any(Client.HIVEMQ, subscriptions);
    }

    /** Waits for nothing but the time. */
    static void pass(double seconds) {
        long from = System.nanoTime();
        long nanos = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> System.nanoTime() - from > nanos);
    }
}
