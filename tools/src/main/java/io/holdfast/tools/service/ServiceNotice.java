// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.service;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that has started this process how the broker is doing, in the words of {@code sd_notify(3)}.
 * Silent where nobody asked for it by NOTIFY_SOCKET. Any thread.
 */
public final class ServiceNotice implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotice.class);
    private static final ServiceNotice SILENT = new ServiceNotice(null, Duration.ZERO);

    private final @Nullable NotifySocket socket;
    private final Duration beat;

    private ServiceNotice(@Nullable NotifySocket socket, Duration beat) {
        this.socket = socket;
        this.beat = beat;
    }

    /**
     * Looks up in the environment who is to be told. One who cannot be reached is named in the log, once; the broker runs
     * without him.
     */
    public static ServiceNotice of(Map<String, String> environment) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (address.isEmpty()) {
            return SILENT;
        }
        try {
            return new ServiceNotice(NotifySocket.open(address), beat(environment));
        } catch (IOException e) {
            LOG.warn(
                    "the service manager asked to be told at {} that the broker is ready, and cannot be: {}; in its unit"
                            + " Type=exec without WatchdogSec needs no telling",
                    address,
                    e.getMessage());
            return SILENT;
        }
    }

    /** Half of the time after which silence counts as death; zero when nobody counts. */
    private static Duration beat(Map<String, String> environment) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "0");
        String of = environment.getOrDefault("WATCHDOG_PID", "");
        boolean ours =
                of.isEmpty() || of.equals(Long.toString(ProcessHandle.current().pid()));
        try {
            return ours ? Duration.ofNanos(Math.multiplyExact(Long.parseLong(micros), 500L)) : Duration.ZERO;
        } catch (NumberFormatException | ArithmeticException e) {
            LOG.warn("WATCHDOG_USEC is no number of microseconds, so the watchdog is not fed: {}", micros);
            return Duration.ZERO;
        }
    }

    /** The broker accepts clients, for the first time or again after {@link #reloading}. */
    public void ready(String status) {
        if (socket != null) {
            socket.send("READY=1\nSTATUS=" + status);
        }
    }

    /** Settings are being read again; {@link #ready} follows. */
    public void reloading() {
        if (socket != null) {
            // The clock of nanoTime is the CLOCK_MONOTONIC that the protocol wants.
            socket.send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
        }
    }

    /** The broker has begun to stop; returns when that was said. */
    public void stopping() {
        if (socket != null) {
            socket.sendNow("STOPPING=1\nSTATUS=stopping");
        }
    }

    /**
     * From now on tells again and again that the broker is alive, for as long as it is; silent for the rest of the beat
     * when it is not.
     *
     * @param pulse looks whether the broker is alive and may take the given time for it
     * @param status one line about what it does
     */
    public void watch(Function<Duration, CompletableFuture<Boolean>> pulse, Supplier<String> status) {
        NotifySocket to = socket;
        if (to == null || beat.isZero()) {
            return;
        }
        ScheduledFuture<?> unused = to.clock()
                .scheduleAtFixedRate(() -> tellPulse(to, pulse, status), 0, beat.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void tellPulse(
            NotifySocket to, Function<Duration, CompletableFuture<Boolean>> pulse, Supplier<String> status) {
        CompletableFuture<Void> unused = pulse.apply(beat).thenAccept(alive -> {
            if (alive) {
                to.send("WATCHDOG=1\nSTATUS=" + status.get());
            }
        });
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
