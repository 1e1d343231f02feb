// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.testkit.HeldStore;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of the admin endpoint mean on disk, like those to clients. */
class OrderDurabilityIT {
    @TempDir
    private Path folder;

    private final AtomicReference<HeldStore> store = new AtomicReference<>();
    private RunningBroker broker;
    private AdminClient admin;

    @BeforeEach
    void start() throws Exception {
        broker = RunningBroker.start(
                folder,
                rows -> {
                    store.set(new HeldStore(rows));
                    return store.get();
                },
                "admin.enabled=true");
        admin = new AdminClient(folder);
        try (WireClient away = broker.connect("away", false);
                WireClient publisher = broker.connect("publisher", true)) {
            away.subscribe("m", QoS.AT_LEAST_ONCE);
            away.send(Disconnect.NORMAL);
            assertThat(away.isClosedNext()).isTrue();
            publisher.send(new Publish(
                    1, QoS.AT_LEAST_ONCE, false, true, TopicName.of("m"), new byte[] {'x'}, Properties.NONE));
            publisher.expect(PubAck.class);
        }
    }

    @AfterEach
    void stop() {
        store.get().release();
        broker.close();
    }

    private AdminClient.Answer send(String method, String path) {
        try {
            return admin.send(method, path, "Bearer " + admin.token());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "POST, /api/v1/sessions/away/purge",
        "DELETE, /api/v1/sessions/away",
        "DELETE, /api/v1/sessions/away/queue?from=0&to=9",
        "POST, /api/v1/sessions/away/expire",
        "DELETE, /api/v1/retained/m"
    })
    @DisplayName("an order is answered behind its sync, never before")
    void order_syncHeldBack_notAnswered(String method, String path) throws Exception {
        store.get().hold();
        CompletableFuture<AdminClient.Answer> answer = CompletableFuture.supplyAsync(() -> send(method, path));
        store.get().awaitHeld();
        // What stands behind the order in the endpoint's queue is not answered either, so its answer is not under way.
        assertThat(send("GET", "/health/ready").status()).isEqualTo(200);
        assertThat(answer).isNotDone();
        store.get().release();
        AdminClient.Answer done = answer.get(60, TimeUnit.SECONDS);
        assertThat(done.status()).as(done.error()).isEqualTo(200);
    }

    @Test
    @DisplayName("T43 health/durable is 503 while nothing reaches the disk, and 200 again afterwards")
    void durable_syncHeldBack_unavailable() throws Exception {
        store.get().hold();
        assertThat(send("GET", "/health/durable").status()).isEqualTo(503);
        assertThat(send("GET", "/health/ready").status()).isEqualTo(200);
        store.get().release();
        org.awaitility.Awaitility.await()
                .until(() -> send("GET", "/health/durable").status() == 200);
    }
}
