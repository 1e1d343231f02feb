// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.AuthenticationStep;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A method for tests: the client says who it is, is told a word, and proves itself by saying the word backwards. Some users
 * are special, see the constants.
 */
public final class BackwardsMethod implements AuthenticationMethod {
    public static final String NAME = "BACKWARDS";
    public static final String WORD = "stressed";
    public static final String ANSWER = "desserts";

    /** Is refused with 0x8A at once. */
    public static final String BANNED = "banned";

    /** Makes the method throw. */
    public static final String FATAL = "fatal";

    /** Is told words for ever. */
    public static final String ENDLESS = "endless";

    /** Is told a word of 5,000 letters. */
    public static final String WORDY = "wordy";

    /** What it proves first ends after {@link #BRIEF_SECONDS}, what it proves later does not end. */
    public static final String BRIEF = "brief";

    public static final int BRIEF_SECONDS = 4;

    /** Waits for {@link #release}. */
    public static final String SLOW = "slow";

    private static final long WAIT_SECONDS = 60;

    private final AtomicBoolean briefKnown = new AtomicBoolean();
    private final CountDownLatch released = new CountDownLatch(1);

    @Override
    public String name() {
        return NAME;
    }

    /** Lets all judgements of {@link #SLOW} come. */
    public void release() {
        released.countDown();
    }

    @Override
    public Exchange begin(String clientId) {
        return new Run();
    }

    private final class Run implements Exchange {
        private String user = "";

        @Override
        public AuthenticationStep next(byte[] data) {
            String said = new String(data, UTF_8);
            if (user.isEmpty()) {
                user = said;
                return first();
            }
            if (said.equals(ANSWER) && !user.equals(ENDLESS)) {
                boolean brief = user.equals(BRIEF) && briefKnown.compareAndSet(false, true);
                Instant until = brief ? Instant.now().plusSeconds(BRIEF_SECONDS) : null;
                return new AuthenticationStep.Accepted(user, "hello".getBytes(UTF_8), null, until);
            }
            return user.equals(ENDLESS)
                    ? word(WORD)
                    : new AuthenticationStep.Refused(ReasonCode.NOT_AUTHORIZED, "that is not backwards");
        }

        private AuthenticationStep first() {
            return switch (user) {
                case "" -> new AuthenticationStep.Refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "say who you are");
                case BANNED -> new AuthenticationStep.Refused(ReasonCode.BANNED, "go away");
                case FATAL -> throw new IllegalStateException("a fault of the method, on purpose");
                case WORDY -> word("w".repeat(5_000));
                case SLOW -> {
                    await();
                    yield word(WORD);
                }
                default -> word(WORD);
            };
        }

        private AuthenticationStep word(String word) {
            return new AuthenticationStep.Continue(word.getBytes(UTF_8), "say it backwards");
        }

        private void await() {
            try {
                if (!released.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody released the method");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
