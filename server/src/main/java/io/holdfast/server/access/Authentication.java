// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import io.holdfast.protocol.packet.ReasonCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may come in: the methods of enhanced authentication, the checks of user name and password, and a few threads for each
 * on which they judge. A password hash costs milliseconds on purpose: on an event loop every other client there would wait
 * for it, and without a bound a storm of strangers could have all processors (T25). Any thread.
 */
public final class Authentication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    private static final int THREADS_MIN = 2;
    private static final long LOG_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final AuthenticationStep.Refused BUSY = new AuthenticationStep.Refused(
            ReasonCode.SERVER_BUSY, "too many clients authenticate at the same time; try again later");
    private static final AuthenticationStep.Refused NAMELESS = new AuthenticationStep.Refused(
            ReasonCode.NOT_AUTHORIZED, "this server serves nobody without a user name and a password");

    private final Map<String, AuthenticationMethod> methods = new HashMap<>();
    private final List<PasswordCheck> checks;
    private final boolean anonymous;
    private final AuthenticationThreads methodThreads;
    private final AuthenticationThreads passwordThreads;
    private final AtomicLong nextLogNanos = new AtomicLong(System.nanoTime());

    /**
     * Knows these methods; without any, every client that asks for one is refused. Everybody else is welcome.
     *
     * @throws IllegalArgumentException when two have the same name
     */
    public Authentication(List<AuthenticationMethod> known) {
        this(known, List.of(), true);
    }

    /**
     * Knows these methods, and lets these checks judge who brings a password.
     *
     * @param anonymous whether clients without user name and password are welcome
     * @throws IllegalArgumentException when two methods have the same name
     */
    public Authentication(List<AuthenticationMethod> known, List<PasswordCheck> checks, boolean anonymous) {
        this(
                known,
                checks,
                anonymous,
                Math.max(THREADS_MIN, Runtime.getRuntime().availableProcessors() / 2));
    }

    Authentication(List<AuthenticationMethod> known, List<PasswordCheck> checks, boolean anonymous, int threadsMax) {
        for (AuthenticationMethod method : known) {
            if (methods.put(method.name(), method) != null) {
                throw new IllegalArgumentException("two authentication methods are called " + method.name());
            }
        }
        this.checks = List.copyOf(checks);
        this.anonymous = anonymous;
        methodThreads = new AuthenticationThreads("holdfast-authenticate", threadsMax);
        passwordThreads = new AuthenticationThreads("holdfast-password", threadsMax);
    }

    // ---- enhanced authentication

    /** The method with this name, or null if it is not known here. */
    public @Nullable AuthenticationMethod method(String name) {
        return methods.get(name);
    }

    /**
     * Lets a method judge what a client sent.
     *
     * @param loop where {@code answer} is called, later: the client's event loop
     * @param answer gets the method's word, or a refusal with 0x89 when too many clients wait already
     */
    public void judge(
            AuthenticationMethod.Exchange exchange, byte[] data, Executor loop, Consumer<AuthenticationStep> answer) {
        try {
            methodThreads.execute(() -> tell(loop, answer, judgement(() -> exchange.next(data))));
        } catch (RejectedExecutionException e) {
            tell(loop, answer, BUSY);
        }
    }

    // ---- user name and password

    /** Whether anybody here can prove to be a user. */
    public boolean provesUsers() {
        return !checks.isEmpty() || !methods.isEmpty();
    }

    /** Whether clients may come without any proof of who they are. */
    public boolean admitsAnonymous() {
        return anonymous;
    }

    /**
     * Whether a client with these credentials is served as nobody: it claims nothing, or nobody here can judge what it
     * claims. A name that was not proven is no name.
     */
    public boolean isNobody(Credentials credentials) {
        return anonymous && (credentials.isAnonymous() || checks.isEmpty());
    }

    /** What is known of a client at once, or null: then {@link #judge(Credentials, BooleanSupplier, Executor, Consumer)}. */
    public @Nullable AuthenticationStep atOnce(Credentials credentials) {
        if (credentials.isAnonymous() || checks.isEmpty()) {
            return NAMELESS;
        }
        for (PasswordCheck check : checks) {
            AuthenticationStep step = check.atOnce(credentials);
            if (step != null) {
                return step;
            }
        }
        return null;
    }

    /**
     * Lets the checks judge a client.
     *
     * @param wanted whether anybody still waits for the answer; nothing is computed for a client that has gone
     * @param loop where {@code answer} is called, later: the client's event loop
     * @param answer gets {@code Accepted} or {@code Refused}
     */
    public void judge(
            Credentials credentials, BooleanSupplier wanted, Executor loop, Consumer<AuthenticationStep> answer) {
        try {
            passwordThreads.execute(() -> {
                if (wanted.getAsBoolean()) {
                    tell(loop, answer, judgement(() -> checked(credentials)));
                }
            });
        } catch (RejectedExecutionException e) {
            tell(loop, answer, BUSY);
        }
    }

    private AuthenticationStep checked(Credentials credentials) {
        for (PasswordCheck check : checks) {
            AuthenticationStep step = check.judge(credentials);
            if (step != null) {
                return step;
            }
        }
        return PasswordCheck.WRONG;
    }

    // ---- both

    private AuthenticationStep judgement(Supplier<AuthenticationStep> judge) {
        try {
            return judge.get();
        } catch (RuntimeException e) {
            long now = System.nanoTime();
            long next = nextLogNanos.get();
            if (now - next >= 0 && nextLogNanos.compareAndSet(next, now + LOG_PAUSE_NANOS)) { // T36
                LOG.error("an authentication has failed; its client is refused", e);
            }
            String why = "the authentication has failed through a fault of the server";
            return new AuthenticationStep.Refused(ReasonCode.UNSPECIFIED_ERROR, why);
        }
    }

    private static void tell(Executor loop, Consumer<AuthenticationStep> answer, AuthenticationStep step) {
        try {
            loop.execute(() -> answer.accept(step));
        } catch (RejectedExecutionException e) {
            LOG.debug("an authentication ended behind its connection's event loop");
        }
    }

    /** Ends the threads; what waits is dropped. */
    @Override
    public void close() {
        methodThreads.close();
        passwordThreads.close();
    }
}
