// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A process that may open few files, and more clients than that. */
class OpenFilesIT {
    private static final int FILES = 300;
    private static final int STRANGERS = 350;

    @Test
    @DisplayName("T43 the limit of open files: accepting pauses, and nothing else; the store always has its files")
    void connect_moreThanFiles_acceptingPauses() throws Exception {
        WrappedBroker command =
                new WrappedBroker(data -> List.of("sh", "-c", "ulimit -n " + FILES + " && exec \"$@\"", "sh"));
        List<Socket> strangers = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.start(command, "connect-timeout=5m");
                WireClient canary = WireClient.connected(broker.port(), WireConnect.durable("canary"))) {
            try (WireClient sleeper = WireClient.connected(broker.port(), WireConnect.durable("sleeper"))) {
                sleeper.subscribe(1, "c"); // So that all messages are stored.
                sleeper.disconnect();
            }
            for (int i = 0; i < STRANGERS; i++) {
                strangers.add(new Socket(InetAddress.getLoopbackAddress(), broker.port()));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> broker.wholeOutput().contains("than the limit of open files allows"));
            for (int i = 0; i < 20; i++) {
                canary.publish("c", "m" + i, 1, true);
            }
            assertThat(broker.alive()).isTrue();
            assertThat(broker.wholeOutput()).doesNotContain("Too many open files", "the broker has failed");

            for (Socket stranger : strangers) {
                stranger.close();
            }
            assertThat(isServed(broker)).isTrue();
            assertThat(broker.terminate()).as("exit code of a clean stop").isZero();
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static boolean isServed(BrokerProcess broker) throws IOException {
        try (WireClient client = WireClient.connected(broker.port(), WireConnect.clean("late"))) {
            client.publish("c", "late", 1, true);
            return true;
        }
    }
}
