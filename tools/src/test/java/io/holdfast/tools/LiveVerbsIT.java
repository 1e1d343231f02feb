// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The verbs for a running broker, with the command line in this process. */
class LiveVerbsIT {
    @TempDir
    private Path folder;

    private RunningBroker broker;

    private record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void start() throws Exception {
        broker = RunningBroker.start(folder.resolve("data"), "admin.enabled=true");
        try (WireClient away = broker.connect("away", false)) {
            away.subscribe("/m/#", QoS.AT_LEAST_ONCE);
            away.send(Disconnect.NORMAL);
            assertThat(away.isClosedNext()).isTrue();
        }
        retain("m/1", "{\"v\":1}");
        retain("m/2", "two\u001b[31m");
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void retain(String topic, String payload) throws Exception {
        try (WireClient client = broker.connect("publisher", true)) {
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            client.send(new Publish(1, QoS.AT_LEAST_ONCE, false, true, TopicName.of(topic), bytes, Properties.NONE));
            client.expect(PubAck.class);
        }
    }

    private Run holdfast(String... words) {
        return holdfast(folder.resolve("data"), words);
    }

    private static Run holdfast(Path data, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = HoldfastCommand.commandLine(words[0]);
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", data.toString()));
        return new Run(line.execute(all.toArray(new String[0])), out.toString(), err.toString());
    }

    @Test
    @DisplayName("retained list, get and clear show what there is, harmless on a screen, and end it")
    void retained_listGetClear_work() {
        Run list = holdfast("retained", "list");
        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.out().lines()).hasSize(3);
        assertThat(list.out()).contains("m/1", "m/2");
        assertThat(holdfast("retained", "list", "--filter", "+/2", "--payload", "json", "-o", "jsonl")
                        .out()
                        .lines())
                .singleElement()
                .asString()
                .contains("\"topic\":\"m/2\"", "\"json\":false", "two\\u001B[31m");
        Run get = holdfast("retained", "get", "m/2");
        assertThat(get.out()).contains("two\\u001B[31m").doesNotContain("\u001b");
        assertThat(holdfast("retained", "clear", "m/1").exitCode()).isZero();
        Run again = holdfast("retained", "clear", "m/1");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("no retained message");
    }

    @Test
    @DisplayName("topics counts, topics --lint tells what is wrong; top is empty while nobody is behind")
    void topics_lint_told() {
        Run counts = holdfast("topics");
        assertThat(counts.out()).contains("/m/#", "1 subscriptions with 1 filters");
        assertThat(holdfast("topics", "--lint").out()).contains("begins with /");
        Run top = holdfast("top");
        assertThat(top.exitCode()).as(top.err()).isZero();
        assertThat(top.out()).contains("no clients");
    }

    @Test
    @DisplayName("tail shows events as they happen, one a line, and ends after its limit")
    void tail_events_shown() throws Exception {
        CompletableFuture<Run> tail = CompletableFuture.supplyAsync(() -> holdfast("tail", "m/#", "--limit", "2"));
        Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> {
            retain("m/3", "x"); // Until it has begun to look, nothing is shown.
            return tail.isDone();
        });
        Run run = tail.join();
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines()).hasSize(2).allMatch(line -> line.contains("published") && line.contains("m/3"));
    }

    @Test
    @DisplayName("a folder on which no broker runs is exit code 3; a filter that is none is 1, in one sentence")
    void verbs_wrong_oneSentence() {
        for (String verb : List.of("topics", "top", "tail")) {
            Run run = holdfast(folder.resolve("nothing"), verb);
            assertThat(run.exitCode()).as(verb).isEqualTo(3);
            assertThat(run.err().strip().lines()).hasSize(1);
        }
        Run wrong = holdfast("tail", "a#");
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("topic filter");
    }
}
