// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.tools.admin.SessionVerb;
import io.holdfast.tools.blackbox.history.History;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.store.DumpRun;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Sessions that move from one running broker into another, and what their clients notice of it. */
class LiveTransferIT {
    private static final String ADMIN = "admin.enabled=true";

    @TempDir
    Path temp;

    private final History history = new History();
    private RunningBroker here;
    private RunningBroker there;
    private boolean stopped;

    private record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void start() throws Exception {
        here = RunningBroker.start(temp.resolve("here"), ADMIN);
        there = RunningBroker.start(temp.resolve("there"), ADMIN);
        WireClient resident = WireClient.connected(there.port(), WireConnect.durable("resident"));
        resident.subscribe(1, "home/#", "t/#");
        resident.disconnect();
        WireClient visitor = WireClient.connected(there.port(), WireConnect.clean("visitor"));
        visitor.publish("home/1", "ids are taken there", 1, false);
        visitor.disconnect();
    }

    @AfterEach
    void stop() {
        if (!stopped) {
            stopped = true;
            here.close();
            there.close();
        }
    }

    private Run session(String broker, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new SessionVerb());
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", temp.resolve(broker).toString()));
        return new Run(line.execute(all.toArray(new String[0])), out.toString(), err.toString());
    }

    private void done(Run run) {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    /** As an operator moves a session. */
    private void move(String client) {
        String file = temp.resolve(client + ".jsonl").toString();
        done(session("here", "export", client, "--to", file));
        done(session("here", "drop", client));
        done(session("there", "import", file));
    }

    @Test
    @DisplayName("a session that moves to another running broker, connected or not: all it is owed, QoS 2 exactly once")
    void import_movedSession_clientGoesOn() throws Exception {
        RecordedClient sleeper = new RecordedClient(history, here.port(), "sleeper");
        sleeper.subscribe(1, "t/#");
        sleeper.drop();
        RecordedClient halfWay = new RecordedClient(history, here.port(), "half-way");
        halfWay.subscribe(2, "t/#");
        halfWay.drop();
        RecordedClient publisher = new RecordedClient(history, here.port(), "publisher");
        for (int i = 0; i < 700; i++) { // More than a fragment, and than a window row carries.
            publisher.publish("t/" + i % 3, 1 + i % 2, i == 5 ? 9_000 : i % 90);
        }
        publisher.publishHalf("t/half");
        publisher.drop();
        halfWay.reconnect(here.port());
        halfWay.readSome(120, 4);

        move("half-way"); // While its client is connected.
        halfWay.drop();
        move("sleeper");
        move("publisher");

        publisher.reconnect(there.port());
        publisher.resume();
        publisher.publish("t/new", 2, 5);
        sleeper.reconnect(there.port());
        halfWay.reconnect(there.port());
        sleeper.drain("t/new");
        halfWay.drain("t/new");
        assertThat(HistoryChecker.checkDrained(history.events())).isEmpty();
        stop();
        assertThat(DumpRun.verb("check", temp.resolve("here"), "--deep").out()).isEqualTo("clean\n");
        assertThat(DumpRun.verb("check", temp.resolve("there"), "--deep").out()).isEqualTo("clean\n");
    }

    @Test
    @DisplayName("a session that is there, or connected, stays unless --replace; what is no export changes nothing")
    void import_sessionThere_onlyWithReplace() throws Exception {
        Path file = temp.resolve("resident.jsonl");
        done(session("there", "export", "resident", "--to", file.toString()));
        assertThat(session("there", "export", "resident").out().lines()).hasSameSizeAs(Files.readAllLines(file));
        assertThat(session("there", "export", "nobody").exitCode()).isEqualTo(1);
        Run again = session("there", "import", file.toString());
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("has a session here", "--replace");
        WireClient resident = WireClient.connected(there.port(), WireConnect.durable("resident"));
        assertThat(session("there", "import", file.toString()).err()).contains("is connected here");

        done(session("there", "import", file.toString(), "--replace"));

        resident.close();
        WireClient back = WireClient.connected(there.port(), WireConnect.durable("resident"));
        assertThat(back.read().topic()).isEqualTo("home/1");
        back.close();
        Path torn =
                Files.writeString(temp.resolve("torn"), Files.readAllLines(file).get(0) + "\n");
        Run wrong = session("there", "import", torn.toString());
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("is not the end");
        assertThat(session("here", "import", temp.resolve("none").toString()).exitCode())
                .isEqualTo(1);
    }
}
