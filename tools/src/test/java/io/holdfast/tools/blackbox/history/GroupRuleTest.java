// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.history.Violation.Kind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hand-made histories of shared groups: what a broken broker would cause is reported, what is legal is not. */
final class GroupRuleTest {
    private static final String GROUP = "$share/g/t/#";

    /** Two durable members at QoS 2 and a connected publisher. */
    private static Story begun() {
        return new Story()
                .connect("a")
                .subscribe("a", GROUP, 2)
                .connect("b")
                .subscribe("b", GROUP, 2)
                .connect("p");
    }

    private static Story clean(Story story, String client) {
        return story.connectCalled(client, true).connected(client, false);
    }

    private static void assertClean(Story story) {
        assertThat(story.drained()).isEmpty();
    }

    private static void assertReported(Story story, Kind... kinds) {
        assertThat(story.drained()).extracting(Violation::kind).containsExactlyInAnyOrder(kinds);
    }

    @Test
    @DisplayName("each message at one member, in any order, is what a group is for")
    void check_eachToOne_isClean() {
        assertClean(begun().publish("p", "m1", "t/1", 1, 1)
                .publish("p", "m2", "t/1", 1, 2)
                .publish("p", "m3", "t/1", 2, 3)
                .receiveFully("b", "m2", 1, 1)
                .receiveFully("a", "m3", 2, 1)
                .receiveFully("b", "m1", 1, 2));
    }

    @Test
    @DisplayName("control: an acknowledged message that reached no member is lost")
    void check_neverDelivered_isLost() {
        assertReported(begun().publish("p", "m", "t/1", 1, 1), Kind.LOST);
        assertReported(begun().publish("p", "m", "t/1", 2, 1), Kind.LOST);
        assertClean(new Story()
                .connect("p")
                .publish("p", "m", "t/1", 1, 1)
                .connect("a")
                .subscribe("a", GROUP, 2));
    }

    @Test
    @DisplayName("control: a second member gets what the first one holds or has acknowledged: doubled")
    void check_twoLivingMembers_isDoubled() {
        for (int qos = 1; qos <= 2; qos++) {
            assertReported(
                    begun().publish("p", "m", "t/1", qos, 1)
                            .receiveFully("a", "m", qos, 1)
                            .receiveFully("b", "m", qos, 1),
                    Kind.DOUBLED);
        }
    }

    @Test
    @DisplayName("C28 a QoS 1 message of an ended session goes to another member; control: else it is lost")
    void check_sessionEnded_qos1GoesOn() {
        Story story = begun().publish("p", "m", "t/1", 1, 1)
                .receive("a", "m", 1, 1, false)
                .lost("a");
        clean(story, "a").disconnect("a");
        assertReported(story, Kind.LOST);
        assertClean(story.receiveFully("b", "m", 1, 1));
    }

    @Test
    @DisplayName(
            "C28 control: a QoS 2 message whose sending began goes to nobody else; it may be gone with its session")
    void check_sessionEnded_qos2GoesToNobody() {
        Story story = begun().publish("p", "m", "t/1", 2, 1)
                .receive("a", "m", 2, 1, false)
                .lost("a");
        clean(story, "a").disconnect("a");
        assertClean(story);
        assertReported(story.receiveFully("b", "m", 2, 1), Kind.DOUBLED);
        Story unseen = begun().publish("p", "m", "t/1", 2, 1).lost("a");
        assertClean(clean(unseen, "a").disconnect("a"));
    }

    @Test
    @DisplayName("a clean member's connection is its session; control: while it lives nobody else gets its messages")
    void check_cleanMember_heldWhileConnected() {
        for (boolean ended : new boolean[] {false, true}) {
            Story story = begun();
            clean(story, "c").subscribe("c", GROUP, 1).publish("p", "m", "t/1", 1, 1);
            story.receive("c", "m", 1, 1, false);
            if (ended) {
                story.add(new Event.DropCalled("c", 1));
            }
            story.receiveFully("b", "m", 1, 1);
            assertReported(story, ended ? new Kind[0] : new Kind[] {Kind.DOUBLED});
        }
    }

    @Test
    @DisplayName("a clean session ends when its client takes it over with one that is kept")
    void check_cleanTakenOver_goesOn() {
        Story story = begun();
        clean(story, "c").subscribe("c", GROUP, 1).publish("p", "m", "t/1", 1, 1);
        story.receive("c", "m", 1, 1, false).connectCalled("c", false).receiveFully("b", "m", 1, 1);
        assertClean(story.connected("c", false));
    }

    @Test
    @DisplayName("a session whose first CONNACK a kill took ends like any other")
    void check_firstConnAckLost_goesOnAfterItsEnd() {
        Story story = begun().connectCalled("c", false).lost("c").connectCalled("c", false);
        story.connected("c", true).subscribe("c", GROUP, 1).publish("p", "m", "t/1", 1, 1);
        story.receive("c", "m", 1, 1, false).lost("c").connectCalled("c", true);
        assertClean(story.receiveFully("b", "m", 1, 1).connected("c", false));
    }

    @Test
    @DisplayName("control: a session whose first CONNACK a kill took keeps what it was sent while it lives")
    void check_firstConnAckLost_keepsWhileItLives() {
        Story story = begun().connectCalled("c", false).lost("c").connectCalled("c", false);
        story.connected("c", true).subscribe("c", GROUP, 1).publish("p", "m", "t/1", 1, 1);
        assertReported(story.receive("c", "m", 1, 1, false).lost("c").receiveFully("b", "m", 1, 1), Kind.DOUBLED);
    }

    @Test
    @DisplayName("re-sent to the same member with its packet id after a crash is one delivery")
    void check_resentToSameMember_isClean() {
        assertClean(begun().publish("p", "m", "t/1", 2, 1)
                .receive("a", "m", 2, 7, false)
                .reconnect("a")
                .receive("a", "m", 2, 7, true)
                .rec("a", 7)
                .release("a", 7));
    }

    @Test
    @DisplayName("a QoS 1 message that its publisher sent twice may reach two members, not three")
    void check_publishedTwice_twoCopies() {
        Story story = begun().publishCalled("p", "m", "t/1", 1, 1)
                .reconnect("p")
                .republishCalled("p", "m", 1)
                .owned("p", 1)
                .receiveFully("a", "m", 1, 1)
                .receiveFully("b", "m", 1, 1);
        assertClean(story);
        assertReported(story.receiveFully("a", "m", 1, 2), Kind.DOUBLED);
    }

    @Test
    @DisplayName("control: who is no member gets nothing, and nobody what came before the group")
    void check_noMember_isReported() {
        assertReported(
                begun().connect("x")
                        .publish("p", "m", "t/1", 1, 1)
                        .receiveFully("a", "m", 1, 1)
                        .receive("x", "m", 1, 1, false),
                Kind.NO_SUBSCRIPTION);
        assertReported(
                new Story()
                        .connect("p")
                        .publish("p", "m", "t/1", 1, 1)
                        .connect("a")
                        .subscribe("a", GROUP, 2)
                        .receive("a", "m", 1, 1, false),
                Kind.NO_SUBSCRIPTION);
    }

    @Test
    @DisplayName("control: a member gets the lower of its QoS and the publisher's")
    void check_wrongQos_isReported() {
        Story story =
                new Story().connect("a").subscribe("a", GROUP, 1).connect("p").publish("p", "m", "t/1", 2, 1);
        assertReported(story.receiveFully("a", "m", 2, 1), Kind.WRONG_QOS, Kind.LOST);
    }

    @Test
    @DisplayName("two groups get a copy each, and an ordinary subscriber its own")
    void check_groupsAndOthers_apart() {
        Story story = begun().connect("c")
                .subscribe("c", "$share/h/t/#", 1)
                .connect("s")
                .subscribe("s", "t/#", 2)
                .publish("p", "m", "t/1", 2, 1)
                .receiveFully("a", "m", 2, 1)
                .receiveFully("s", "m", 2, 1);
        assertReported(story, Kind.LOST);
        assertClean(story.receiveFully("c", "m", 1, 1));
    }
}
