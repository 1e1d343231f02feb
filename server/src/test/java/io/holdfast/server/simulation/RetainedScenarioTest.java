// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static io.holdfast.server.simulation.Scenario.A;
import static io.holdfast.server.simulation.Scenario.ALL;
import static io.holdfast.server.simulation.Scenario.B;
import static io.holdfast.server.simulation.Scenario.FILTER_A;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about retained messages and about subscriptions that change while messages are under way (C11 to C14). */
class RetainedScenarioTest {
    @Test
    @DisplayName("C11 a retained QoS 1 message without a subscriber is acknowledged behind its sync")
    void publish_retainedWithoutSubscriber_waitsForSync() {
        Scenario scenario = new Scenario();
        SimClient publisher = scenario.online(1);
        scenario.retain(publisher, A, 1);
        assertThat(scenario.arriving(publisher)).as("handed over").isEmpty();
        scenario.build();
        scenario.network();
        assertThat(scenario.arriving(publisher)).as("written").isEmpty();
        scenario.sync();
        scenario.network();
        assertThat(scenario.arriving(publisher)).as("synced").hasSize(1);
        scenario.hear(publisher);
        scenario.crash();
        scenario.finish();
    }

    @Test
    @DisplayName("C12 a message matched before a SUBSCRIBE and committed behind it reaches the subscriber, once")
    void publish_subscribedMeanwhile_isRevised() {
        Scenario scenario = new Scenario();
        SimClient subscriber = scenario.online(0);
        SimClient publisher = scenario.online(1);
        subscriber.subscribe(FILTER_A, 2);
        scenario.network();
        scenario.retain(publisher, A, 2);
        scenario.settle();
        assertThat(scenario.received(subscriber)).hasSize(1);
        scenario.finish();
    }

    @Test
    @DisplayName("C12 a message matched before an UNSUBSCRIBE and committed behind it does not come any more")
    void publish_unsubscribedMeanwhile_isRevised() {
        Scenario scenario = new Scenario();
        SimClient subscriber = scenario.online(0);
        scenario.subscribe(subscriber, FILTER_A, 1);
        SimClient publisher = scenario.online(1);
        subscriber.unsubscribe(FILTER_A);
        scenario.network();
        scenario.publish(publisher, A, 1);
        scenario.settle();
        assertThat(scenario.received(subscriber)).isEmpty();
        scenario.finish();
    }

    /** An UNSUBSCRIBE is written, not synced; a message for that subscription comes, is acknowledged; crash. */
    private static Scenario unsyncedUnsubscribe(Faults faults) {
        Scenario scenario = new Scenario(SimConfig.plain(), faults);
        SimClient subscriber = scenario.online(0);
        scenario.subscribe(subscriber, FILTER_A, 1);
        SimClient publisher = scenario.online(1);
        subscriber.unsubscribe(FILTER_A);
        scenario.network();
        scenario.build();
        scenario.publish(publisher, A, 1);
        scenario.hear(publisher);
        scenario.crash();
        return scenario;
    }

    @Test
    @DisplayName("C12 an UNSUBSCRIBE hides nothing before its sync: a crash brings it back, and its messages with it")
    void unsubscribe_notSynced_hidesNothing() {
        Scenario scenario = unsyncedUnsubscribe(new Faults());
        scenario.finish();
        assertThat(scenario.received(scenario.client(0))).hasSize(1);
    }

    @Test
    @DisplayName("C12 control: tree changes that are visible before their sync lose an acknowledged message")
    void unsubscribe_visibleBeforeSync_isCaught() {
        Scenario scenario = unsyncedUnsubscribe(new Faults() {
            @Override
            boolean showsEarly() {
                return true;
            }

            @Override
            void built(io.holdfast.storage.commit.Group group, SimBroker broker) {
                broker.show(group);
            }
        });
        assertThatThrownBy(scenario::finish).hasMessageContaining("lost: message");
    }

    @Test
    @DisplayName("C13 a crash between the slices of retained messages: a subscriber that was answered gets the rest")
    void subscribe_crashBetweenSlices_getsTheRest() {
        for (int groups = 1; groups < 4; groups++) {
            Scenario scenario = new Scenario();
            SimClient publisher = scenario.online(1);
            scenario.retain(publisher, A, 1);
            scenario.retain(publisher, B, 1);
            scenario.settle();
            SimClient subscriber = scenario.online(0);
            scenario.silence(subscriber);
            subscriber.subscribe(ALL, 1);
            scenario.network();
            for (int i = 0; i < groups; i++) {
                scenario.commit();
                scenario.hear(subscriber);
            }
            scenario.crash();
            scenario.finish();
            assertThat(scenario.received(subscriber))
                    .as("crash after %d groups", groups)
                    .contains(0, 1);
        }
    }

    @Test
    @DisplayName("C13 a value that came live is not sent once more as retained, nor an older one behind it")
    void subscribe_newValueMeanwhile_comesOnce() {
        Scenario scenario = new Scenario();
        SimClient publisher = scenario.online(1);
        scenario.retain(publisher, A, 1);
        scenario.settle();
        SimClient subscriber = scenario.online(0);
        subscriber.subscribe(FILTER_A, 1);
        scenario.network();
        scenario.retain(publisher, A, 1);
        scenario.settle();
        assertThat(scenario.received(subscriber)).containsOnlyOnce(1).endsWith(1);
        scenario.finish();
    }

    @Test
    @DisplayName("C14 a clean session sees a retained message at its commit, and its publisher's next one behind it")
    void publish_behindRetained_keepsOrder() {
        Scenario scenario = new Scenario();
        SimClient subscriber = scenario.onlineClean(2);
        scenario.subscribe(subscriber, ALL, 1);
        SimClient publisher = scenario.online(1);
        scenario.retain(publisher, A, 1);
        scenario.publish(publisher, A, 1);
        assertThat(scenario.arriving(subscriber))
                .as("nothing is visible before its commit")
                .isEmpty();
        scenario.build();
        scenario.publish(publisher, A, 1);
        scenario.sync();
        scenario.network();
        scenario.settle();
        assertThat(scenario.received(subscriber)).containsExactly(0, 1, 2);
        scenario.finish();
    }

    @Test
    @DisplayName("C12 C14 who had a message before its commit does not get it again by a subscription made meanwhile")
    void publish_servedAtOnce_isNotServedAgain() {
        Scenario scenario = new Scenario();
        scenario.subscribe(scenario.online(2), FILTER_A, 1);
        SimClient subscriber = scenario.online(0);
        scenario.subscribe(subscriber, ALL, 0);
        SimClient publisher = scenario.online(1);
        subscriber.subscribe(FILTER_A, 2);
        scenario.network();
        scenario.publish(publisher, A, 2);
        scenario.settle();
        assertThat(scenario.received(subscriber)).hasSize(1);
        scenario.finish();
    }

    @Test
    @DisplayName("C14 RETAIN 0 for clean sessions alone goes straight, without a commit")
    void publish_toCleanSession_goesStraight() {
        Scenario scenario = new Scenario();
        SimClient subscriber = scenario.onlineClean(2);
        scenario.subscribe(subscriber, ALL, 1);
        SimClient publisher = scenario.online(1);
        scenario.publish(publisher, A, 1);
        scenario.hear(subscriber);
        assertThat(scenario.received(subscriber)).containsExactly(0);
        assertThat(scenario.broker().submitted).isEmpty();
        scenario.finish();
    }
}
