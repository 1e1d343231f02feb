// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that opens its store again after a failure, while no operator is there to decide anything. */
class ReopeningIT {
    private static final int MESSAGES = 100;

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "T41 a loss accepted at the start is not accepted again: a log damaged since then is not served shortened")
    void reopen_logDamagedMeanwhile_refusedUntilItIsWhole() throws Exception {
        BrokerConfig config =
                RunningBroker.settings(folder.resolve("data")).set("shards=1").read();
        try (LogLines log = new LogLines(Broker.class.getName());
                Broker broker = Broker.start(config, StoreOptions.Loss.ACCEPT)) {
            int port = broker.addresses().get(0).getPort();
            try (WireClient sleeper = new WireClient(port)) {
                sleeper.connect("sleeper", false);
                sleeper.subscribe("a", QoS.AT_LEAST_ONCE);
            }
            try (WireClient publisher = new WireClient(port)) {
                publisher.connect("publisher", true);
                for (int i = 1; i <= MESSAGES; i++) {
                    publisher.send(WireClient.publish("a", "m" + i, QoS.AT_LEAST_ONCE, i));
                    publisher.expect(PubAck.class);
                }
            }
            long third = flip(-1);
            broker.failInstance(new IllegalStateException("test"));
            log.await("cannot open the store again, .* rows before what was on disk.*");
            assertThat(broker.state()).isNotEqualTo(BrokerState.RUNNING);
            assertThat(folder.resolve("data")).isDirectoryNotContaining("glob:**/set-aside-*");
            flip(third);
            await().until(() -> broker.state() == BrokerState.RUNNING);
            assertThat(broker.recovery()).isNotNull();
            assertThat(broker.recovery().queued()).isEqualTo(MESSAGES);
        }
    }

    /** Flips a bit of the log in place, a third from its beginning unless told; returns where. */
    private long flip(long where) throws IOException {
        try (DirectoryStream<Path> logs =
                Files.newDirectoryStream(StoreFolder.logFiles(folder.resolve("data")), "*.log")) {
            try (RandomAccessFile file =
                    new RandomAccessFile(logs.iterator().next().toFile(), "rw")) {
                long at = where < 0 ? file.length() / 3 : where;
                file.seek(at);
                int old = file.read();
                file.seek(at);
                file.write(old ^ 4);
                return at;
            }
        }
    }
}
