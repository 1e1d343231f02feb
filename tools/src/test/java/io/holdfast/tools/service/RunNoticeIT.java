// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.NoticeSocket;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.testkit.HeldStore;
import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose service manager listens. */
class RunNoticeIT {
    @TempDir
    Path folder;

    /** The broker as systemd starts it. */
    private record AsService(String socket, Duration watchdog) implements BrokerCommand {
        @Override
        public List<String> commandLine(Path data, int port, List<String> settings) {
            List<String> line = new ArrayList<>(List.of("env", "NOTIFY_SOCKET=" + socket));
            line.add("WATCHDOG_USEC=" + TimeUnit.MILLISECONDS.toMicros(watchdog.toMillis()));
            line.addAll(HoldfastBroker.sound().commandLine(data, port, settings));
            return line;
        }

        @Override
        public Optional<String> readyText() {
            return HoldfastBroker.sound().readyText();
        }
    }

    @Test
    @DisplayName(
            "a broker tells its service manager when it accepts, that it lives, that it reads settings again, and its end")
    void run_asService_told() throws Exception {
        String address = folder.resolve("n").toString();
        try (NoticeSocket manager = new NoticeSocket(address);
                BrokerProcess broker = BrokerProcess.start(new AsService(address, Duration.ofSeconds(2)))) {
            assertThat(manager.expect("READY=1")).contains("STATUS=serving 0 connections");
            try (WireClient client = new WireClient(broker.port())) {
                client.connect("c", true);
                manager.expect("WATCHDOG=1");
                assertThat(manager.expect("STATUS=serving 1 connections")).startsWith("WATCHDOG=1\n");
            }
            assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(broker.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            manager.expect("RELOADING=1");
            manager.expect("READY=1");
            assertThat(broker.terminate()).isZero();
            manager.expect("STOPPING=1");
        }
    }

    @Test
    @DisplayName(
            "a broker whose disk does not answer has no pulse, so that its watchdog starves, until the disk is back")
    void pulse_syncHangs_none() throws Exception {
        AtomicReference<HeldStore> store = new AtomicReference<>();
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), rows -> {
            HeldStore held = new HeldStore(rows);
            store.set(held);
            return held;
        })) {
            assertThat(broker.broker().pulse(Duration.ofSeconds(30)).get()).isTrue();
            store.get().hold();
            try {
                CompletableFuture<Boolean> waiting = broker.broker().pulse(Duration.ofSeconds(30));
                assertThat(broker.broker().pulse(Duration.ofMillis(100)).get()).isFalse();
                store.get().release();
                assertThat(waiting.get()).isTrue();
            } finally {
                store.get().release();
            }
        }
    }
}
