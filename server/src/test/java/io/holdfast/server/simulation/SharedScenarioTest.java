// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static io.holdfast.server.simulation.Scenario.A;
import static io.holdfast.server.simulation.Scenario.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.topic.TopicFilter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Shared groups, told step by step. */
class SharedScenarioTest {
    private static final TopicFilter SHARED_A = TopicFilter.parse("$share/g/a");
    private static final TopicFilter SHARED_B = TopicFilter.parse("$share/h/b");

    private final Scenario scenario = new Scenario(SimConfig.plain().withWritableMax(1));

    @Test
    @DisplayName("C27 what a member gives back to one group makes room for its other groups")
    void unsubscribe_windowGivenBack_otherGroupGoesOn() {
        SimClient member = scenario.client(0);
        member.receiveMaximum = 1;
        scenario.online(0);
        scenario.subscribe(member, SHARED_A, 1);
        scenario.subscribe(member, SHARED_B, 1);
        scenario.silence(member);
        SimClient publisher = scenario.online(1);
        publish(publisher, member);
        assertThat(scenario.received(member)).as("a's message waits behind b's").hasSize(1);
        member.subscribe(TopicFilter.parse("c"), 0);
        commit(); // Its SUBACK fills the socket, so that nothing is sent when the window frees.
        scenario.acknowledge(member);
        commit();
        History.Sent waiting = scenario.publish(publisher, B, 1);
        commit();
        member.unsubscribe(SHARED_A);
        commit();
        scenario.wake(member);
        scenario.settle();
        assertThat(scenario.received(member)).contains(waiting.label);
        scenario.finish();
    }

    private void publish(SimClient publisher, SimClient member) {
        scenario.publish(publisher, B, 1);
        scenario.settle();
        scenario.publish(publisher, A, 1);
        scenario.settle();
        assertThat(member.canAcknowledge()).isTrue();
    }

    private void commit() {
        for (int i = 0; i < 3; i++) { // A move and what it asks for are commits of their own.
            scenario.network();
            scenario.commit();
        }
    }
}
