// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A broker with its admin endpoint, a new one for each test. */
abstract class OperatedBroker {
    @TempDir
    Path folder;

    RunningBroker broker;
    AdminClient admin;

    @BeforeEach
    final void start() throws Exception {
        broker = RunningBroker.start(folder, "admin.enabled=true");
        admin = new AdminClient(folder);
    }

    @AfterEach
    final void stop() {
        broker.close();
    }

    final void restart() throws Exception {
        broker.close();
        start();
    }

    /** Returns when every shard has done all that is on disk: what operators see is no older than what clients were told. */
    final void settle() {
        assertThat(broker.broker().pulse(Duration.ofMinutes(1)).join()).isTrue();
    }

    /** A session whose client has gone. */
    final void sleeping(String clientId, String filter, QoS qos) throws IOException {
        try (WireClient client = broker.connect(clientId, false)) {
            client.subscribe(filter, qos);
            client.send(Disconnect.NORMAL);
            client.isClosedNext();
        }
    }
}
