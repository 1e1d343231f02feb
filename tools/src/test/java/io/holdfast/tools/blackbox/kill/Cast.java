// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.kill.SubscriberActor.Habit;
import io.holdfast.tools.blackbox.kill.SubscriberActor.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Who takes part in a campaign. Every other client speaks MQTT 5, of each habit one at least. */
enum Cast {
    /** Publishers, all habits, groups of all kinds, and clients whose delayed wills must come. */
    EVERYBODY {
        @Override
        void cast(Company company) {
            company.publishers(4, false);
            company.ordinary();
            company.durableGroup("strict");
            company.mixedGroup("mixed");
            company.mortals();
        }
    },
    /** One group of sessions that never end: its QoS 2 messages come exactly once. */
    DURABLE_GROUP {
        @Override
        void cast(Company company) {
            company.publishers(3, true);
            company.durableGroup("durable");
            company.member(Habit.SLOW, false, "durable", 2);
            company.member(Habit.SLEEPY, false, "durable", 2);
            company.member(Habit.FLAPPING, false, "durable", 1);
        }
    },
    /** A group whose members end with their connections, and one that keeps it alive without being there much. */
    CLEAN_GROUP {
        @Override
        void cast(Company company) {
            company.publishers(3, true);
            company.member(Habit.SLEEPY, false, "clean", 2);
            company.member(Habit.STEADY, true, "clean", 2);
            company.member(Habit.STEADY, true, "clean", 1);
            company.member(Habit.SLOW, true, "clean", 1);
            company.member(Habit.SLOW, true, "clean", 2);
            company.member(Habit.FLAPPING, true, "clean", 2);
            company.member(Habit.FLAPPING, true, "clean", 1);
        }
    },
    /** A group of all kinds of members, among them some whose sessions end on the way. */
    MIXED_GROUP {
        @Override
        void cast(Company company) {
            company.publishers(3, true);
            company.mixedGroup("mixed");
            company.member(Habit.SLOW, true, "mixed", 1);
            company.member(Habit.SLEEPY, false, "mixed", 2);
        }
    };

    /** Topics of messages for groups. */
    static final String GROUPED = "g/";

    abstract void cast(Company company);

    List<Actor> actors(Campaign campaign) {
        Company company = new Company(campaign);
        cast(company);
        return company.actors;
    }

    /** The clients as they are engaged. */
    private static final class Company {
        private final Campaign campaign;
        private final List<Actor> actors = new ArrayList<>();

        Company(Campaign campaign) {
            this.campaign = campaign;
        }

        void publishers(int count, boolean groupsOnly) {
            for (int i = 0; i < count; i++) {
                actors.add(new PublisherActor(campaign, "pub" + i + (i % 2 == 1 ? Extras.MARK : ""), groupsOnly));
            }
        }

        void ordinary() {
            subscriber(Habit.STEADY, false, new Wanted("t/#", 2), new Wanted("will/#", 2), new Wanted("x/#", 2));
            subscriber(Habit.STEADY, false, new Wanted("t/+", 1), new Wanted("r/#", 2), new Wanted("x/+", 1));
            subscriber(Habit.STEADY, false, new Wanted("will/+", 1), new Wanted("late/#", 2));
            subscriber(Habit.STEADY, true, new Wanted("t/0", 2), new Wanted("r/pub0/#", 1));
            subscriber(Habit.SLOW, false, new Wanted("t/#", 2));
            subscriber(Habit.SLOW, false, new Wanted("t/1", 1), new Wanted("t/2", 2), new Wanted("will/#", 1));
            // Two filters that match the same message: one copy or two, but none lost.
            subscriber(Habit.SLOW, false, new Wanted("t/3", 1), new Wanted("+/3", 2));
            for (int i = 0; i < 4; i++) {
                subscriber(Habit.FLAPPING, false, new Wanted("t/" + i, 2), new Wanted("t/" + (i + 1), 1));
            }
            subscriber(Habit.FLAPPING, true, new Wanted("t/5", 2));
            for (int i = 0; i < 5; i++) {
                subscriber(Habit.SLEEPY, false, new Wanted("t/" + i, 2), new Wanted("r/+/" + i, 1));
            }
            subscriber(Habit.SLEEPY, false, new Wanted("#", 2));
            subscriber(Habit.FICKLE, false, new Wanted("t/4", 2), new Wanted("r/#", 1), new Wanted("t/5", 1));
            subscriber(Habit.FICKLE, true, new Wanted("t/#", 1), new Wanted("will/#", 2));
        }

        void durableGroup(String share) {
            member(Habit.STEADY, false, share, 2);
            member(Habit.SLOW, false, share, 2);
            member(Habit.FLAPPING, false, share, 2);
            member(Habit.SLEEPY, false, share, 2);
        }

        void mixedGroup(String share) {
            member(Habit.STEADY, false, share, 2);
            member(Habit.DESERTING, false, share, 1);
            member(Habit.DESERTING, false, share, 2);
            member(Habit.FLAPPING, true, share, 2);
            member(Habit.SLOW, false, share, 1);
            member(Habit.FICKLE, false, share, 2);
        }

        void mortals() {
            for (int i = 0; i < 2; i++) {
                actors.add(new MortalActor(campaign, "mortal" + i + Extras.MARK, i == 0));
            }
        }

        void member(Habit habit, boolean clean, String share, int qos) {
            subscriber(habit, clean, new Wanted("$share/" + share + "/" + GROUPED + "#", qos));
        }

        private void subscriber(Habit habit, boolean clean, Wanted... wanted) {
            String version = actors.size() % 2 == 1 ? Extras.MARK : "";
            String kind = habit.name().toLowerCase(Locale.ROOT) + version + (clean ? Campaign.CLEAN : "");
            actors.add(
                    new SubscriberActor(campaign, "sub" + actors.size() + "-" + kind, habit, clean, List.of(wanted)));
        }
    }
}
