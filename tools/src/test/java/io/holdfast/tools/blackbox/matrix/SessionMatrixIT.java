// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions, wills and take-over as real clients use them. */
final class SessionMatrixIT {
    private static final long HOUR = 3_600;

    /** How often a test that has to be quick begins anew on a machine that stood still. */
    private static final int TRIES_MAX = 5;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private final Peers peers = new Peers(BROKER);

    /** mosquitto_sub does not tell what CONNACK says. */
    private static void assertPresent(Client client, Welcome welcome, boolean present) {
        if (client != Client.MOSQUITTO) {
            assertThat(welcome.sessionPresent()).isEqualTo(present);
        }
    }

    @EachClient("session kept over SIGKILL")
    @DisplayName(
            "[MQTT5-3.1.2-5] [MQTT5-3.1.2-23] a session with an expiry is resumed across SIGKILL with its messages")
    void session_resumedAcrossKill_messagesWait(Client client) throws Exception {
        String id = BROKER.uniqueName("resumed");
        Subscription subscription = Subscription.of(BROKER.uniqueName("resumed/"), 2);
        try (Mqtt5Peer first = peers.named(client, id)) {
            assertPresent(client, first.connect(Wishes.kept(HOUR), subscription), false);
        }
        try (Mqtt5Peer publisher = peers.other()) {
            for (int i = 0; i < 6; i++) {
                publisher.publish(Told.plain(subscription.filter(), "m" + i, 1 + i % 2));
            }
        }
        BROKER.killAndRestart();
        try (Mqtt5Peer again = peers.named(client, id)) {
            assertPresent(client, again.connect(Wishes.kept(HOUR), subscription), true);
            List<Told> came = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                came.add(again.next());
            }
            // Some clients hand a QoS 2 message on at its PUBREL, behind what came later: each QoS keeps its order.
            assertThat(came).filteredOn(Told::qos, 1).extracting(Told::text).containsExactly("m0", "m2", "m4");
            assertThat(came).filteredOn(Told::qos, 2).extracting(Told::text).containsExactly("m1", "m3", "m5");
        }
    }

    @EachClient("session expiry")
    @DisplayName("[MQTT5-3.1.2-23] [MQTT5-4.1.0-2] a session ends when its expiry has passed")
    void session_expired_gone(Client client) throws Exception {
        String id = BROKER.uniqueName("expired");
        Subscription subscription = Subscription.of(BROKER.uniqueName("expired/"), 1);
        try (Mqtt5Peer first = peers.named(client, id)) {
            first.connect(Wishes.kept(1), subscription);
        }
        try (Mqtt5Peer publisher = peers.other()) {
            publisher.publish(Told.plain(subscription.filter(), "nobody's", 1));
            Peers.pass(1.3);
            try (Mqtt5Peer again = peers.named(client, id)) {
                assertPresent(client, again.connect(Wishes.kept(1), subscription), false);
                publisher.publish(Told.plain(subscription.filter(), "fence", 1));
                assertThat(again.next().text()).isEqualTo("fence");
            }
        }
    }

    @EachClient("will with properties, and will delay")
    @DisplayName(
            "[MQTT5-3.1.2-8] [MQTT5-3.1.2-14] [MQTT5-3.1.3-10] a will comes when the client is gone, after its delay")
    void will_clientGone_publishedAfterDelay(Client client) throws Exception {
        String topic = BROKER.uniqueName("will/");
        Told will = Told.plain(topic, "gone", 1).with("text/plain", "", "", List.of("b=2", "b=1", "a=3"));
        for (int delaySeconds = 0; delaySeconds <= 1; delaySeconds++) {
            try (Mqtt5Peer watcher = peers.other(Subscription.of(topic, 2));
                    Tap tap = new Tap(BROKER.port());
                    Mqtt5Peer mortal = client.named(tap.port(), BROKER.uniqueName("mortal"))) {
                mortal.connect(Wishes.kept(HOUR).will(will, delaySeconds), Subscription.of(topic + "/own", 0));
                long from = System.nanoTime();
                tap.cut();
                assertThat(watcher.next().essence()).isEqualTo(will.essence());
                assertThat(System.nanoTime() - from).isGreaterThanOrEqualTo(delaySeconds * 990_000_000L);
            }
        }
    }

    @EachClient("delayed will of a client that comes back")
    @DisplayName("[MQTT5-3.1.3-9] a will whose client is back before its delay has passed never comes")
    void will_clientBack_neverPublished(Client client) throws Exception {
        boolean inTime = false;
        for (int i = 0; i < TRIES_MAX && !inTime; i++) {
            inTime = comesBackInTime(client);
        }
        assertThat(inTime).isTrue();
    }

    /** Looks for the will only if the client came back before its delay of 2 s had passed. */
    private boolean comesBackInTime(Client client) throws Exception {
        String topic = BROKER.uniqueName("back/");
        String id = BROKER.uniqueName("back");
        Subscription own = Subscription.of(topic + "/own", 0);
        try (Mqtt5Peer watcher = peers.other(Subscription.of(topic, 2));
                Tap tap = new Tap(BROKER.port());
                Mqtt5Peer mortal = client.named(tap.port(), id)) {
            mortal.connect(Wishes.kept(HOUR).will(Told.plain(topic, "gone", 1), 2), own);
            long from = System.nanoTime();
            tap.cut();
            try (Mqtt5Peer again = peers.named(client, id)) {
                again.connect(Wishes.kept(HOUR), own);
                if (System.nanoTime() - from >= TimeUnit.SECONDS.toNanos(2)) {
                    return false;
                }
                Peers.pass(2.2);
                watcher.publish(Told.plain(topic, "fence", 1));
                assertThat(watcher.next().text()).isEqualTo("fence");
                return true;
            }
        }
    }

    @EachClient("take-over, 0x8E to the first")
    @DisplayName("[MQTT5-3.1.4-3] the first client is told 0x8E when a second one takes its identifier")
    void takeOver_sameId_firstToldWhy(Client client) throws Exception {
        String id = BROKER.uniqueName("twin");
        Subscription own = Subscription.of(BROKER.uniqueName("twin/"), 0);
        try (Mqtt5Peer first = peers.named(client, id);
                Mqtt5Peer second = peers.named(client, id)) {
            first.connect(Wishes.clean(), own);
            second.connect(Wishes.clean(), own);
            assertThat(first.ended().reasonCode()).isEqualTo(0x8E);
        }
    }
}
