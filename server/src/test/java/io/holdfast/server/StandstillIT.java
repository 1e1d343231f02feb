// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.testkit.ForwardingStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An event loop that stands still, as with a virtual machine that is moved: nobody is judged by what was not read. */
class StandstillIT {
    private static final byte[] STOPS = Keys.text("stops".getBytes(StandardCharsets.UTF_8));
    private static final int KEEP_ALIVE_SECONDS = 2;
    private static final long LIMIT_MILLIS = KEEP_ALIVE_SECONDS * 1_500L;

    @TempDir
    Path folder;

    private CountDownLatch standing = new CountDownLatch(1);
    private CountDownLatch goesOn = new CountDownLatch(1);

    /** Looking for one client's session takes until the test lets it go on. */
    private final class Standing extends ForwardingStore {
        Standing(RowStore store) {
            super(store);
        }

        @Override
        public byte @Nullable [] get(Table table, byte[] key) {
            if (table == Table.CLIENT && Arrays.equals(key, STOPS)) {
                standing.countDown();
                try {
                    goesOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return super.get(table, key);
        }
    }

    @Test
    @DisplayName("S30 who has sent its PINGREQ or its CONNECT while the broker stood still stays")
    void loop_standsStill_nobodySentAway() throws Exception {
        boolean judged = false;
        while (!judged) { // Again when this machine was too slow for the time limits to begin with.
            standing = new CountDownLatch(1);
            goesOn = new CountDownLatch(1);
            judged = standstill(folder.resolve(Long.toString(System.nanoTime())));
        }
    }

    /** Returns false when nothing was shown. */
    private boolean standstill(Path data) throws Exception {
        try (RunningBroker broker =
                        RunningBroker.start(data, Standing::new, "shards=1", "connect-timeout=" + LIMIT_MILLIS + "ms");
                WireClient pinging = broker.open();
                WireClient late = broker.open();
                WireClient stopping = broker.open()) {
            long began = System.nanoTime();
            pinging.send(Connect.anonymous(ProtocolVersion.MQTT_3_1_1, "pinging", true, KEEP_ALIVE_SECONDS, null));
            pinging.next();
            stopping.send(WireClient.connectPacket("stops", false, null));
            standing.await();
            boolean quick = System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS / 2);
            await("more silence than is allowed")
                    .until(() -> System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS + 2_000));
            pinging.send(PingReq.INSTANCE);
            late.send(WireClient.connectPacket("late", false, null));
            goesOn.countDown();
            if (!quick) {
                return false;
            }
            assertThat(pinging.next()).isInstanceOf(PingResp.class);
            assertThat(late.next()).isInstanceOf(ConnAck.class);
            assertThat(stopping.next()).isInstanceOf(ConnAck.class);
            return true;
        }
    }
}
