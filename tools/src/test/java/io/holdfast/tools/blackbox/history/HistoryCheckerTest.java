// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.history.Violation.Kind;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hand-made histories: each kind of violation must be reported, and nothing else; what is legal must pass. */
final class HistoryCheckerTest {
    /** A durable subscriber of {@code t/#} at QoS 2 and a connected publisher. */
    private static Story begun() {
        return new Story().connect("s").subscribe("s", "t/#", 2).connect("p");
    }

    private static void assertClean(Story story) {
        assertThat(story.drained()).isEmpty();
    }

    private static void assertReported(Story story, Kind... kinds) {
        assertThat(story.drained()).extracting(Violation::kind).containsExactlyInAnyOrder(kinds);
    }

    @Test
    void check_allQoSDeliveredOnce_isClean() {
        assertClean(begun().publish("p", "m0", "t/a", 0, 0)
                .publish("p", "m1", "t/a", 1, 1)
                .publish("p", "m2", "t/a", 2, 2)
                .receiveFully("s", "m0", 0, 0)
                .receiveFully("s", "m1", 1, 1)
                .receiveFully("s", "m2", 2, 2));
    }

    @Test
    void check_qos0NotDelivered_isClean() {
        assertClean(begun().publish("p", "m0", "t/a", 0, 0));
    }

    @Test
    void check_ackedAndMissing_isLost() {
        assertReported(begun().publish("p", "m1", "t/a", 1, 1), Kind.LOST);
        assertReported(begun().publish("p", "m2", "t/a", 2, 1), Kind.LOST);
    }

    @Test
    void check_unackedAndMissing_isClean() {
        assertClean(begun().publishCalled("p", "m1", "t/a", 1, 1));
    }

    @Test
    void check_missingAtSubscriptionMadeLater_isClean() {
        assertClean(new Story()
                .connect("s")
                .connect("p")
                .subscribeCalled("s", "t/#", 2)
                .publish("p", "m1", "t/a", 1, 1)
                .subscribed("s", "t/#", 2));
    }

    @Test
    void check_missingAfterUnsubscribe_isClean() {
        assertClean(begun().publish("p", "m1", "t/a", 1, 1).unsubscribe("s", "t/#"));
    }

    @Test
    void check_missingAtQos0Subscription_isClean() {
        assertClean(
                new Story().connect("s").subscribe("s", "t/#", 0).connect("p").publish("p", "m1", "t/a", 1, 1));
    }

    @Test
    void check_missingAfterResubscribe_isLost() {
        // [MQTT-3.8.4-3]: a SUBSCRIBE of the same filter does not interrupt the flow.
        assertReported(begun().publish("p", "m1", "t/a", 1, 1).subscribe("s", "t/#", 1), Kind.LOST);
    }

    @Test
    void check_missingAtCleanSession_isClean() {
        assertClean(new Story()
                .connectCalled("s", true)
                .connected("s", false)
                .subscribe("s", "t/#", 2)
                .connect("p")
                .publish("p", "m1", "t/a", 1, 1)
                .lost("s"));
    }

    @Test
    void check_qos2ResentBeforePubRel_isOneDelivery() {
        assertClean(begun().publish("p", "m", "t/a", 2, 1)
                .receive("s", "m", 2, 7, false)
                .reconnect("s")
                .receive("s", "m", 2, 7, true)
                .rec("s", 7)
                .reconnect("s")
                .receive("s", "m", 2, 7, true)
                .rec("s", 7)
                .release("s", 7));
    }

    @Test
    void check_qos2AfterPubRel_isDoubled() {
        assertReported(
                begun().publish("p", "m", "t/a", 2, 1)
                        .receiveFully("s", "m", 2, 7)
                        .reconnect("s")
                        .receive("s", "m", 2, 7, true),
                Kind.DOUBLED);
    }

    @Test
    void check_qos2UnderTwoPacketIds_isDoubled() {
        assertReported(
                begun().publish("p", "m", "t/a", 2, 1)
                        .receiveFully("s", "m", 2, 7)
                        .receiveFully("s", "m", 2, 8),
                Kind.DOUBLED);
    }

    @Test
    void check_qos2ResentByPublisherAndDeliveredTwice_isDoubled() {
        assertReported(
                begun().publishCalled("p", "m", "t/a", 2, 1)
                        .reconnect("p")
                        .republishCalled("p", "m", 1)
                        .owned("p", 1)
                        .completed("p", 1)
                        .receiveFully("s", "m", 2, 1)
                        .receiveFully("s", "m", 2, 2),
                Kind.DOUBLED);
    }

    @Test
    void check_qos1ResentByPublisherAndDeliveredTwice_isClean() {
        assertClean(begun().publishCalled("p", "m", "t/a", 1, 1)
                .reconnect("p")
                .republishCalled("p", "m", 1)
                .owned("p", 1)
                .receiveFully("s", "m", 1, 1)
                .receiveFully("s", "m", 1, 2));
    }

    @Test
    void check_qos1MoreCopiesThanSent_isDoubled() {
        assertReported(
                begun().publish("p", "m", "t/a", 1, 1)
                        .receiveFully("s", "m", 1, 1)
                        .receiveFully("s", "m", 1, 2),
                Kind.DOUBLED);
    }

    @Test
    void check_qos1ResentAfterLostPuback_isClean() {
        assertClean(begun().publish("p", "m", "t/a", 1, 1)
                .receiveFully("s", "m", 1, 5)
                .reconnect("s")
                .receive("s", "m", 1, 5, true)
                .ack("s", 5));
    }

    @Test
    void check_copyInTheNextCleanSession_isClean() {
        // Given to a clean session before the publisher was answered; the broker died, and the publisher sent it again.
        Story story = new Story()
                .connectCalled("s", true)
                .connected("s", false)
                .subscribe("s", "t/#", 2)
                .connect("p")
                .publishCalled("p", "a", "t/a", 2, 1)
                .publishCalled("p", "b", "t/a", 2, 2)
                .receive("s", "a", 2, 1, false)
                .receive("s", "b", 2, 2, false)
                .lost("s")
                .connectCalled("s", true)
                .connected("s", false)
                .subscribe("s", "t/#", 2)
                .reconnect("p")
                .republishCalled("p", "a", 1)
                .receiveFully("s", "a", 2, 1);
        assertClean(story);
        assertReported(story.receiveFully("s", "a", 2, 2), Kind.DOUBLED);
    }

    @Test
    void check_overlappingSubscriptions_mayGiveACopyEach() {
        Story story = begun().subscribe("s", "+/a", 1).publish("p", "m", "t/a", 2, 1);
        assertClean(story.receiveFully("s", "m", 2, 1).receiveFully("s", "m", 1, 2));
        assertReported(story.receiveFully("s", "m", 1, 3), Kind.DOUBLED);
    }

    @Test
    void check_deliveriesOutOfOrder_isReported() {
        assertReported(
                begun().publish("p", "a", "t/a", 1, 1)
                        .publish("p", "b", "t/a", 1, 2)
                        .receiveFully("s", "b", 1, 1)
                        .receiveFully("s", "a", 1, 2),
                Kind.ORDER);
    }

    @Test
    void check_orderOfSecondPass_isJudgedToo() {
        Story story = begun().publishCalled("p", "a", "t/a", 1, 1)
                .publishCalled("p", "b", "t/a", 1, 2)
                .reconnect("p")
                .republishCalled("p", "a", 1)
                .republishCalled("p", "b", 2)
                .owned("p", 1)
                .owned("p", 2);
        // A subscriber that was in time for the second message of the first pass only is given the second pass, too.
        story.receiveFully("s", "b", 1, 1).receiveFully("s", "a", 1, 2);
        assertClean(story);
        assertReported(story.receiveFully("s", "b", 1, 3).receiveFully("s", "a", 1, 4), Kind.ORDER);
    }

    @Test
    void check_otherTopicsOrQosOrPublishersOutOfOrder_isClean() {
        assertClean(begun().connect("p2")
                .publish("p", "a", "t/a", 1, 1)
                .publish("p", "b", "t/b", 1, 2)
                .publish("p", "c", "t/a", 2, 3)
                .publish("p2", "d", "t/a", 2, 1)
                .receiveFully("s", "d", 2, 1)
                .receiveFully("s", "c", 2, 2)
                .receiveFully("s", "b", 1, 3)
                .receiveFully("s", "a", 1, 4));
    }

    @Test
    void check_redeliveryInAnotherOrder_isReported() {
        Story story = begun().publish("p", "a", "t/a", 1, 1)
                .publish("p", "b", "t/b", 1, 2)
                .receive("s", "a", 1, 1, false)
                .receive("s", "b", 1, 2, false)
                .reconnect("s");
        assertReported(story.receive("s", "b", 1, 2, true).receive("s", "a", 1, 1, true), Kind.REDELIVERY_ORDER);
    }

    @Test
    void check_redeliveryOnLiveConnection_isReported() {
        assertReported(
                begun().publish("p", "a", "t/a", 1, 1)
                        .receive("s", "a", 1, 1, false)
                        .receive("s", "a", 1, 1, true),
                Kind.REDELIVERY_LIVE);
    }

    @Test
    void check_redeliveryWithoutDup_isReported() {
        assertReported(
                begun().publish("p", "a", "t/a", 2, 1)
                        .receive("s", "a", 2, 1, false)
                        .reconnect("s")
                        .receive("s", "a", 2, 1, false),
                Kind.DUP_MISSING);
    }

    @Test
    void check_dupOnQos0_isReported() {
        assertReported(begun().publish("p", "a", "t/a", 0, 0).receive("s", "a", 0, 0, true), Kind.DUP_WRONG);
    }

    @Test
    void check_packetIdOfHeldMessage_isReported() {
        Story story = begun().publish("p", "a", "t/a", 2, 1).publish("p", "b", "t/b", 2, 2);
        assertReported(
                story.receive("s", "a", 2, 1, false).rec("s", 1).receive("s", "b", 2, 1, false), Kind.PACKET_ID_REUSED);
        Story qos1 = begun().publish("p", "a", "t/a", 1, 1).publish("p", "b", "t/b", 1, 2);
        assertReported(qos1.receive("s", "a", 1, 1, false).receive("s", "b", 1, 1, false), Kind.PACKET_ID_REUSED);
    }

    @Test
    void check_packetIdFreedByPubRelOrPubAck_isClean() {
        assertClean(begun().publish("p", "a", "t/a", 2, 1)
                .publish("p", "b", "t/b", 1, 2)
                .publish("p", "c", "t/c", 2, 3)
                .receiveFully("s", "a", 2, 1)
                .receiveFully("s", "b", 1, 1)
                .receiveFully("s", "c", 2, 1));
    }

    @Test
    void check_pubRelBeforePubRec_isReported() {
        assertReported(
                begun().publish("p", "a", "t/a", 2, 1)
                        .receive("s", "a", 2, 1, false)
                        .release("s", 1),
                Kind.RELEASE_EARLY);
    }

    @Test
    void check_sessionPresent_isJudged() {
        assertReported(new Story().connectCalled("s", false).connected("s", true), Kind.SESSION_PRESENT);
        assertReported(
                new Story().connect("s").lost("s").connectCalled("s", false).connected("s", false),
                Kind.SESSION_PRESENT);
        assertReported(
                new Story().connect("s").lost("s").connectCalled("s", true).connected("s", true), Kind.SESSION_PRESENT);
        assertReported(
                new Story()
                        .connectCalled("s", true)
                        .connected("s", false)
                        .lost("s")
                        .connectCalled("s", false)
                        .connected("s", true),
                Kind.SESSION_PRESENT);
    }

    @Test
    void check_sessionPresentAfterUnansweredConnect_mayBeEither() {
        for (boolean present : new boolean[] {false, true}) {
            assertClean(new Story()
                    .connectCalled("s", false)
                    .lost("s")
                    .connectCalled("s", false)
                    .connected("s", present));
            assertClean(new Story()
                    .connect("s")
                    .lost("s")
                    .connectCalled("s", true)
                    .lost("s")
                    .connectCalled("s", false)
                    .connected("s", present));
        }
    }

    @Test
    void check_sessionLostByBroker_isReportedWithItsMessages() {
        assertReported(
                begun().publish("p", "m", "t/a", 1, 1)
                        .lost("s")
                        .connectCalled("s", false)
                        .connected("s", false),
                Kind.SESSION_PRESENT,
                Kind.LOST);
    }

    @Test
    void check_sessionGivenUp_owesNothing() {
        assertClean(begun().publish("p", "m", "t/a", 1, 1)
                .lost("s")
                .connectCalled("s", true)
                .connected("s", false)
                .disconnect("s")
                .connectCalled("s", false)
                .connected("s", false));
    }

    @Test
    void check_unknownPayload_isNeverPublished() {
        Message ghost = new Message("t/a", Story.payload("ghost"), 1, false);
        assertReported(begun().receive("s", ghost, 1, false), Kind.NEVER_PUBLISHED);
    }

    @Test
    void check_otherBytesOrTopic_isAltered() {
        Story story = begun().publish("p", "m", "t/a", 0, 0);
        Payload shorter = Payload.of(new byte[] {'m', '|', 'r'});
        assertReported(story.receive("s", new Message("t/a", shorter, 0, false), 0, false), Kind.ALTERED);
        Story other = begun().publish("p", "m", "t/a", 0, 0);
        assertReported(other.receive("s", new Message("t/b", Story.payload("m"), 0, false), 0, false), Kind.ALTERED);
    }

    @Test
    @DisplayName("S02 the checker knows who is not subscribed")
    void check_withoutSubscription_isReported() {
        assertReported(begun().publish("p", "m", "u", 1, 1).receive("s", "m", 1, 1, false), Kind.NO_SUBSCRIPTION);
        assertReported(
                begun().unsubscribe("s", "t/#").publish("p", "m", "t/a", 1, 1).receive("s", "m", 1, 1, false),
                Kind.NO_SUBSCRIPTION);
        assertReported(
                new Story()
                        .connect("s")
                        .connect("p")
                        .publish("p", "m", "t/a", 2, 1)
                        .subscribe("s", "t/#", 2)
                        .receive("s", "m", 2, 1, false),
                Kind.NO_SUBSCRIPTION);
    }

    @Test
    void check_bufferedMessageAfterUnsubscribe_isClean() {
        assertClean(
                begun().publish("p", "m", "t/a", 1, 1).unsubscribe("s", "t/#").receiveFully("s", "m", 1, 1));
    }

    @Test
    void check_wrongQos_isReported() {
        assertReported(begun().publish("p", "m", "t/a", 1, 1).receiveFully("s", "m", 2, 1), Kind.WRONG_QOS);
        assertReported(begun().publish("p", "m", "t/a", 2, 1).receiveFully("s", "m", 1, 1), Kind.WRONG_QOS);
    }

    @Test
    void check_qosChangedMeanwhile_mayBeEither() {
        for (int qos = 1; qos <= 2; qos++) {
            assertClean(begun().publishCalled("p", "m", "t/a", 2, 1)
                    .subscribe("s", "t/#", 1)
                    .owned("p", 1)
                    .completed("p", 1)
                    .receiveFully("s", "m", qos, 1));
        }
    }

    @Test
    void check_surprise_isReported() {
        assertReported(begun().add(new Event.Surprise("s", 1, "PUBACK of nothing")), Kind.SURPRISE);
    }

    @Test
    void check_willOfUngracefulEnd_isOwedOnce() {
        Story story = new Story().connect("w").subscribe("w", "will/#", 2).connectWithWill("c", "will1", 2, false);
        assertReported(story.lost("c"), Kind.WILL_LOST);
        assertClean(story.receiveFully("w", "will1", 2, 1));
        assertReported(story.receiveFully("w", "will1", 2, 2), Kind.DOUBLED);
    }

    @Test
    void check_willAfterConfirmedDisconnect_isReported() {
        Story story = new Story().connect("w").subscribe("w", "will/#", 2).connectWithWill("c", "will1", 2, false);
        assertClean(story.disconnect("c"));
        assertReported(story.receiveFully("w", "will1", 2, 1), Kind.WILL_WRONG);
    }

    @Test
    @DisplayName("control: a delayed will whose session came back is not owed, and reported when it comes")
    void check_delayedWill_neverComes() {
        Message will = new Message("late/c", Story.payload("will1"), 1, false);
        Story story = new Story()
                .connect("w")
                .subscribe("w", "late/#", 2)
                .connectCalled("c", false, Optional.of(will))
                .connected("c", false);
        assertClean(story.lost("c"));
        assertReported(story.receive("w", will, 1, false), Kind.WILL_WRONG);
    }

    @Test
    @DisplayName("control: a message that expires is not owed, one that does not is")
    void check_expiringMissing_isClean() {
        assertClean(new Story().connect("s").subscribe("s", "#", 2).connect("p").publish("p", "m1", "x/1", 1, 1));
        assertReported(
                new Story().connect("s").subscribe("s", "#", 2).connect("p").publish("p", "m1", "y/1", 1, 1),
                Kind.LOST);
    }

    @Test
    void check_willAfterUnconfirmedDisconnect_mayComeOrNot() {
        Story story = new Story().connect("w").subscribe("w", "will/#", 2).connectWithWill("c", "will1", 2, false);
        assertClean(story.disconnectCalled("c").lost("c"));
        assertClean(story.receiveFully("w", "will1", 2, 1));
    }

    @Test
    void check_willOfLivingConnection_isReported() {
        assertReported(
                new Story()
                        .connect("w")
                        .subscribe("w", "will/#", 2)
                        .connectWithWill("c", "will1", 2, false)
                        .receiveFully("w", "will1", 2, 1),
                Kind.WILL_WRONG);
    }

    @Test
    void check_willOfRefusedConnect_isReported() {
        Message will = new Message("will/c", Story.payload("will1"), 1, false);
        assertReported(
                new Story()
                        .connect("w")
                        .subscribe("w", "will/#", 2)
                        .connectCalled("c", false, Optional.of(will))
                        .add(new Event.Refused("c", 1, 5))
                        .receive("w", will, 1, false),
                Kind.WILL_WRONG);
    }

    @Test
    void check_retained_lastAcknowledgedIsOwed() {
        Story story = new Story()
                .connect("p")
                .publishRetained("p", "r1", "r/a", 1, 1)
                .publishRetained("p", "r2", "r/a", 1, 2)
                .connect("s")
                .subscribe("s", "r/#", 1);
        assertClean(story.receiveRetained("s", "r2", 1, 1).retainedRead("s", "r/#"));
    }

    @Test
    void check_retainedReplacedBefore_isStale() {
        assertReported(
                new Story()
                        .connect("p")
                        .publishRetained("p", "r1", "r/a", 1, 1)
                        .publishRetained("p", "r2", "r/a", 1, 2)
                        .connect("s")
                        .subscribe("s", "r/#", 1)
                        .receiveRetained("s", "r1", 1, 1),
                Kind.RETAINED_STALE);
    }

    @Test
    void check_retainedNotGiven_isMissing() {
        assertReported(
                new Story()
                        .connect("p")
                        .publishRetained("p", "r1", "r/a", 1, 1)
                        .connect("s")
                        .subscribe("s", "r/#", 1)
                        .retainedRead("s", "r/#"),
                Kind.RETAINED_MISSING);
    }

    @Test
    void check_retainedInDoubt_mayBeEither() {
        for (String given : new String[] {"r1", "r2"}) {
            Message second = new Message("r/a", Story.payload("r2"), 1, true);
            assertClean(new Story()
                    .connect("p")
                    .publishRetained("p", "r1", "r/a", 1, 1)
                    .publishCalled("p", "r2", second, 2, false)
                    .connect("s")
                    .subscribe("s", "r/#", 1)
                    .receiveRetained("s", given, 1, 1)
                    .retainedRead("s", "r/#"));
        }
    }

    @Test
    void check_retainedSentAgainAfterAnother_mayWin() {
        Message first = new Message("r/a", Story.payload("r1"), 1, true);
        Message second = new Message("r/a", Story.payload("r2"), 2, true);
        Story story = new Story()
                .connect("w")
                .subscribe("w", "r/#", 0)
                .connect("p")
                .publishCalled("p", "r1", first, 1, false)
                .receive("w", new Message("r/a", Story.payload("r1"), 0, false), 0, false)
                .publishCalled("p", "r2", second, 2, false)
                .receive("w", new Message("r/a", Story.payload("r2"), 0, false), 0, false)
                .reconnect("p")
                .republishCalled("p", "r1", 1)
                .republishCalled("p", "r2", 2)
                .owned("p", 1)
                .owned("p", 2)
                .completed("p", 2)
                .connect("s")
                .subscribe("s", "r/#", 0);
        assertClean(story.receiveRetained("s", "r1", 0, 0));
    }

    @Test
    void check_retainedAfterClear_isStale() {
        Story story = new Story()
                .connect("p")
                .publishRetained("p", "r1", "r/a", 1, 1)
                .publishRetained("p", "", "r/a", 1, 2)
                .connect("s")
                .subscribe("s", "r/#", 1)
                .retainedRead("s", "r/#");
        assertClean(story);
        assertReported(story.receiveRetained("s", "r1", 1, 1), Kind.RETAINED_STALE);
    }

    @Test
    void check_retainedTwicePerSubscribe_isDoubled() {
        Story story = new Story()
                .connect("p")
                .publishRetained("p", "r1", "r/a", 1, 1)
                .connect("s")
                .subscribe("s", "r/#", 1)
                .receiveRetained("s", "r1", 1, 1)
                .ack("s", 1);
        assertClean(story);
        assertReported(story.receiveRetained("s", "r1", 1, 2), Kind.DOUBLED);
    }

    @Test
    void check_retainFlagOnOrdinaryMessage_isReported() {
        assertReported(begun().publish("p", "m", "t/a", 1, 1).receiveRetained("s", "m", 1, 1), Kind.RETAIN_FLAG);
    }

    @Test
    void match_examples_followTheStandard() {
        assertThat(FilterMatch.matches("a/#", "a")).isTrue();
        assertThat(FilterMatch.matches("a/#", "a/b/c")).isTrue();
        assertThat(FilterMatch.matches("a/#", "ab")).isFalse();
        assertThat(FilterMatch.matches("+/b", "/b")).isTrue();
        assertThat(FilterMatch.matches("+", "/b")).isFalse();
        assertThat(FilterMatch.matches("a/+", "a/")).isTrue();
        assertThat(FilterMatch.matches("a/+", "a")).isFalse();
        assertThat(FilterMatch.matches("#", "$SYS/x")).isFalse();
        assertThat(FilterMatch.matches("$SYS/#", "$SYS/x")).isTrue();
    }
}
