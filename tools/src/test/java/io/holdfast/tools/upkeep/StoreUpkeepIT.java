// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.store.DumpRun;
import io.holdfast.tools.store.GoldenStore;
import io.holdfast.tools.store.RawRows;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Changes of stopped stores: what they do, and that the store as it was is kept. */
class StoreUpkeepIT {
    private static final String CONTENT = "sessions,subscriptions,inflight,inbound,queued,retained,wills,timers,topics";

    @TempDir
    Path temp;

    private static DumpRun store(String... arguments) {
        return DumpRun.of(List.of(arguments));
    }

    private List<Path> keptAside() throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            return files.filter(path -> path.toString().contains(".before-")).toList();
        }
    }

    @Test
    @DisplayName(
            "upgrade makes the oldest store the newest, keeps the old one, and does nothing twice or with --dry-run")
    void upgrade_oldestStore_becomesNewest() throws Exception {
        Path data = GoldenStore.unpack("format-1", temp.resolve("data"));
        String content = DumpRun.of(data, "--section", CONTENT).out();

        DumpRun dry = DumpRun.verb("upgrade", data, "--dry-run");
        assertThat(dry.exitCode()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("format 1 would become 2");
        assertThat(keptAside()).isEmpty();

        DumpRun run = DumpRun.verb("upgrade", data);
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(DumpRun.rows(data, "store").get(0)).containsEntry("format", "2");
        assertThat(DumpRun.of(data, "--section", CONTENT).out()).isEqualTo(content);
        assertThat(DumpRun.rows(keptAside().get(0), "store").get(0)).containsEntry("format", "1");
        assertThat(DumpRun.verb("upgrade", data).out()).contains("nothing to do");
        assertThat(keptAside()).hasSize(1);
    }

    @Test
    @DisplayName("compact leaves the content as it is and takes removed rows off the disk")
    void compact_removedRows_smaller() throws Exception {
        Path data = temp.resolve("data");
        try (RunningBroker broker = RunningBroker.start(data)) {
            sleeping(broker, "alone", "t/#");
            WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("p"));
            for (int i = 0; i < 50; i++) {
                publisher.publish("t/" + i, "x".repeat(3_000) + i * 7_919L, 1, false);
            }
            publisher.disconnect();
        }
        String content = DumpRun.of(data, "--section", CONTENT).out();
        DumpRun run = DumpRun.verb("compact", data);
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("the tables take ");
        assertThat(DumpRun.of(data, "--section", CONTENT).out()).isEqualTo(content);
        assertThat(DumpRun.of(keptAside().get(0), "--section", CONTENT).out()).isEqualTo(content);
    }

    private static void sleeping(RunningBroker broker, String client, String filter) throws IOException {
        WireClient sleeper = WireClient.connected(broker.port(), WireConnect.durable(client));
        sleeper.subscribe(1, filter);
        sleeper.disconnect();
    }

    @Test
    @DisplayName(
            "purge ends what its filters name, once it was agreed to: what a group had given goes to another member")
    void purge_zombies_endedAndGroupServed() throws Exception {
        Path data = temp.resolve("data");
        try (RunningBroker broker = RunningBroker.start(data)) {
            sleeping(broker, "zombie-1", "t/#");
            sleeping(broker, "zombie-2", "t/#");
            sleeping(broker, "alive", "t/#");
            WireClient member = WireClient.connected(broker.port(), WireConnect.durable("zombie-member"));
            member.subscribe(1, "$share/g/t/#");
            WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("p"));
            for (int i = 0; i < 6; i++) {
                publisher.publish("t/" + i, "message " + i, 1, false);
            }
            assertThat(member.read().type()).isEqualTo(WirePacket.PUBLISH); // Given to it, and never acknowledged.
            sleeping(broker, "other-member", "$share/g/t/#");
            member.close();
            publisher.disconnect();
        }

        assertThat(store("purge", "--data", data.toString(), "--yes").exitCode())
                .isEqualTo(2);
        assertThat(DumpRun.verb("purge", data, "--unseen-days", "30", "--yes").out())
                .contains("no such session");
        DumpRun asked = DumpRun.verb("purge", data, "--client", "glob:zombie-*");
        assertThat(asked.exitCode()).isEqualTo(2);
        assertThat(asked.out()).contains("will end the session of zombie-1");
        assertThat(purgeAtTerminal(data, "n")).isEqualTo(2);
        assertThat(DumpRun.rows(data, "sessions", "--client", "zombie-1")).hasSize(1);
        assertThat(purgeAtTerminal(data, "y")).isZero();
        assertThat(DumpRun.rows(data, "sessions", "--client", "zombie-1")).isEmpty();

        DumpRun run = DumpRun.verb("purge", data, "--client", "glob:zombie-*", "--yes");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("ended 2 sessions");
        assertThat(DumpRun.column(DumpRun.rows(data, "sessions"), "client"))
                .contains("alive", "other-member", "$share/g/t/#")
                .noneMatch(client -> client.startsWith("zombie"));
        assertThat(keptAside()).hasSize(2);
        assertThat(keptAside())
                .anySatisfy(kept -> assertThat(DumpRun.rows(kept, "sessions", "--client", "zombie-1"))
                        .hasSize(1));
        try (RunningBroker broker = RunningBroker.start(data)) {
            WireClient alive = WireClient.connected(broker.port(), WireConnect.durable("alive"));
            WireClient other = WireClient.connected(broker.port(), WireConnect.durable("other-member"));
            for (int i = 0; i < 6; i++) {
                assertThat(acknowledged(alive)).isEqualTo("message " + i);
                assertThat(acknowledged(other)).startsWith("message ");
            }
            alive.disconnect();
            other.disconnect();
        }
        assertThat(DumpRun.verb("check", data, "--deep").out()).isEqualTo("clean\n");
    }

    @Test
    @DisplayName("purge leaves alone who was connected when the broker died, and neither tells nor ends its session")
    void purge_connectedSession_stays() throws Exception {
        Path living = temp.resolve("living");
        Path data = temp.resolve("data");
        try (RunningBroker broker = RunningBroker.start(living, "admin.enabled=true");
                WireClient online = WireClient.connected(broker.port(), WireConnect.durable("zombie-online"))) {
            online.subscribe(1, "t/#");
            sleeping(broker, "zombie-gone", "t/#");
            // A checkpoint is what a kill at this moment leaves.
            DumpRun copied = DumpRun.verb("checkpoint", living, data.toString());
            assertThat(copied.exitCode()).as(copied.out() + copied.err()).isZero();
        }
        DumpRun run = DumpRun.verb("purge", data, "--client", "glob:zombie-*", "--yes");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("ended 1 sessions").doesNotContain("zombie-online");
        assertThat(DumpRun.column(DumpRun.rows(data, "sessions"), "client")).containsExactly("zombie-online");
    }

    @Test
    @DisplayName("a store that is damaged elsewhere is not changed: exit code 4, and nothing is left beside it")
    void purge_damagedStore_untouched() throws Exception {
        Path data = temp.resolve("data");
        try (RunningBroker broker = RunningBroker.start(data)) {
            sleeping(broker, "zombie", "t/#");
            sleeping(broker, "alive", "t/#");
            WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("p"));
            publisher.publish("t/1", "damaged", 1, false);
            publisher.disconnect();
        }
        String message =
                DumpRun.rows(data, "queued", "--client", "alive").get(0).get("message");
        RawRows.damage(data, Table.MESSAGE, Keys.number(Long.parseLong(message)));
        DumpRun run = DumpRun.verb("purge", data, "--client", "zombie", "--yes");
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
        assertThat(DumpRun.column(DumpRun.rows(data, "sessions"), "client")).contains("zombie");
        try (Stream<Path> beside = Files.list(temp)) {
            assertThat(beside).containsExactly(data);
        }
    }

    /** Ends the session of zombie-1 as somebody who sits at a terminal and types an answer. */
    private static int purgeAtTerminal(Path data, String answer) {
        return new CommandLine(new StorePurge(new Consent(question -> answer)))
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(new StringWriter()))
                .execute("--data", data.toString(), "--client", "zombie-1");
    }

    private static String acknowledged(WireClient client) throws IOException {
        WirePacket packet = client.read(WirePacket.PUBLISH);
        client.send(PacketBytes.ack(WirePacket.PUBACK, packet.packetId()));
        return packet.text();
    }
}
