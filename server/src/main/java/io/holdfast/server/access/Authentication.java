// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import io.holdfast.protocol.packet.ReasonCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The methods that a broker knows and a few threads on which they judge. A password hash costs milliseconds on purpose:
 * on an event loop every other client there would wait for it, and without a bound a storm of strangers could have all
 * processors (T25). Threads exist only while somebody authenticates. Any thread.
 */
public final class Authentication implements AutoCloseable {
    /** Clients that wait for a thread at most; each holds one packet, which is no larger than a CONNECT. */
    static final int WAITING_MAX = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    private static final int THREADS_MIN = 2;
    private static final long IDLE_SECONDS = 10;
    private static final long LOG_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Map<String, AuthenticationMethod> methods = new HashMap<>();
    private final ThreadPoolExecutor threads;
    private final AtomicLong nextLogNanos = new AtomicLong(System.nanoTime());

    /**
     * Knows these methods; without any, every client that asks for one is refused.
     *
     * @throws IllegalArgumentException when two have the same name
     */
    public Authentication(List<AuthenticationMethod> known) {
        this(known, Math.max(THREADS_MIN, Runtime.getRuntime().availableProcessors() / 2));
    }

    Authentication(List<AuthenticationMethod> known, int threadsMax) {
        for (AuthenticationMethod method : known) {
            if (methods.put(method.name(), method) != null) {
                throw new IllegalArgumentException("two authentication methods are called " + method.name());
            }
        }
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                threadsMax,
                threadsMax,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING_MAX),
                task -> {
                    Thread thread = new Thread(task, "holdfast-authenticate-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

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
            threads.execute(() -> tell(loop, answer, judgement(exchange, data)));
        } catch (RejectedExecutionException e) {
            String why = "too many clients authenticate at the same time; try again later";
            tell(loop, answer, new AuthenticationStep.Refused(ReasonCode.SERVER_BUSY, why));
        }
    }

    private AuthenticationStep judgement(AuthenticationMethod.Exchange exchange, byte[] data) {
        try {
            return exchange.next(data);
        } catch (RuntimeException e) {
            long now = System.nanoTime();
            long next = nextLogNanos.get();
            if (now - next >= 0 && nextLogNanos.compareAndSet(next, now + LOG_PAUSE_NANOS)) { // T36
                LOG.error("an authentication method has failed; its client is refused", e);
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
        threads.shutdownNow();
    }
}
