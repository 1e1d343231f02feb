// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the matrix asks of a real MQTT 5 client, whoever wrote it. Belongs to the thread of the test. */
interface Mqtt5Peer extends AutoCloseable {
    /** How long the next thing may take on a busy machine. */
    int PATIENCE_SECONDS = 60;

    /** The answer to a publish or a subscribe: a reason code, and the Reason String where the client shows one. */
    record Answer(int reasonCode, String reasonString) {
        static final Answer SUCCESS = new Answer(0, "");
    }

    /** Connects and, when it is accepted, subscribes; returns when all is answered. At most once. */
    Welcome connect(Wishes wishes, Subscription... subscriptions) throws Exception;

    /** What SUBACK said to each subscription of {@link #connect}. */
    List<Answer> granted();

    /** Publishes and waits for what completes it. */
    Answer publish(Told message) throws Exception;

    /** Publishes messages of one topic as fast as the client will, and waits for all. */
    void publishAll(List<Told> messages) throws Exception;

    /** The next message, or null when none comes in time. */
    @Nullable
    Told poll(long millis) throws Exception;

    /** The next message; fails when none comes. */
    default Told next() throws Exception {
        Told told = poll(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        if (told == null) {
            throw new AssertionError("no message came");
        }
        return told;
    }

    /** Waits for the broker's DISCONNECT. */
    Answer ended() throws Exception;

    /** DISCONNECT, if it is connected. */
    @Override
    void close() throws IOException;
}
