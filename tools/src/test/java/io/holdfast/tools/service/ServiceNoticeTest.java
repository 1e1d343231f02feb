// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.server.testkit.NoticeSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The words of sd_notify, on a real socket. */
class ServiceNoticeTest {
    private static final String BEAT_OF_20_MILLIS = "40000";

    @TempDir
    Path folder;

    @Test
    @DisplayName("ready, reloading and stopping are told, on a socket in Linux' abstract name space too")
    void notices_abstractSocket_told() throws Exception {
        String address = "@holdfast-test-" + ProcessHandle.current().pid();
        try (NoticeSocket manager = new NoticeSocket(address);
                ServiceNotice notice = ServiceNotice.of(Map.of("NOTIFY_SOCKET", address))) {
            notice.ready("serving 3 connections");
            assertThat(manager.expect("READY=1")).isEqualTo("READY=1\nSTATUS=serving 3 connections");
            notice.reloading();
            assertThat(manager.expect("RELOADING=1")).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
            notice.stopping();
            assertThat(manager.expect("STOPPING=1")).contains("STATUS=");
        }
    }

    @Test
    @DisplayName("the watchdog is fed after pulses that came back, and after no other")
    void watch_pulseFails_silent() throws Exception {
        String address = folder.resolve("n").toString();
        Queue<Boolean> pulses = new ArrayDeque<>(List.of(true, false, false, false, true));
        AtomicInteger taken = new AtomicInteger();
        try (NoticeSocket manager = new NoticeSocket(address);
                ServiceNotice notice =
                        ServiceNotice.of(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", BEAT_OF_20_MILLIS))) {
            notice.watch(
                    atMost -> {
                        assertThat(atMost).isEqualTo(Duration.ofMillis(20));
                        Boolean alive = pulses.poll();
                        taken.addAndGet(alive == null ? 0 : 1);
                        return alive == null ? new CompletableFuture<>() : CompletableFuture.completedFuture(alive);
                    },
                    () -> "after " + taken.get());
            assertThat(manager.expect("WATCHDOG=1")).isEqualTo("WATCHDOG=1\nSTATUS=after 1");
            assertThat(manager.expect("WATCHDOG=1")).isEqualTo("WATCHDOG=1\nSTATUS=after 5");
        }
    }

    @Test
    @DisplayName("a watchdog that is meant for another process, or none, is not fed")
    void watch_notOurs_neverAsked() throws Exception {
        String address = folder.resolve("n").toString();
        AtomicInteger asked = new AtomicInteger();
        Map<String, String> other =
                Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", BEAT_OF_20_MILLIS, "WATCHDOG_PID", "1");
        Map<String, String> none = Map.of("NOTIFY_SOCKET", address);
        Map<String, String> wrong = Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "soon");
        try (NoticeSocket manager = new NoticeSocket(address)) {
            for (Map<String, String> environment : List.of(other, none, wrong)) {
                try (ServiceNotice notice = ServiceNotice.of(environment)) {
                    notice.watch(
                            atMost -> {
                                asked.incrementAndGet();
                                return CompletableFuture.completedFuture(true);
                            },
                            () -> "");
                    notice.stopping(); // Behind a first beat, which would have come at once on the same thread.
                    manager.expect("STOPPING=1");
                }
            }
            assertThat(asked).hasValue(0);
            assertThat(manager.isSilent()).isTrue();
        }
    }

    @Test
    @DisplayName("a service manager that cannot be reached is one line in the log, and nobody waits for it")
    void of_noSuchSocket_oneLine() {
        Logger logger = (Logger) LoggerFactory.getLogger(ServiceNotice.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try (ServiceNotice notice = ServiceNotice.of(
                        Map.of("NOTIFY_SOCKET", folder.resolve("none").toString()));
                ServiceNotice unasked = ServiceNotice.of(Map.of())) {
            notice.ready("x");
            notice.stopping();
            unasked.ready("x");
            assertThat(lines.list).hasSize(1);
            assertThat(lines.list.get(0).getFormattedMessage())
                    .contains(folder.resolve("none").toString(), "Type=exec");
        } finally {
            logger.detachAppender(lines);
        }
    }
}
