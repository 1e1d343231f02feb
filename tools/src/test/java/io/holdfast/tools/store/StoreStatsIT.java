// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreStatsIT {
    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private String json(String... options) {
        String[] all = Arrays.copyOf(options, options.length + 2);
        all[options.length] = "-o";
        all[options.length + 1] = "json";
        DumpRun run = DumpRun.verb("stats", data(), all);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out().replaceAll("\\s+", " ");
    }

    @Test
    @DisplayName("queues are told as percentiles and by the deepest, heaviest and oldest of them")
    void stats_queues_percentilesAndTop() {
        SampleStore store = new SampleStore(data());
        for (int i = 1; i <= 100; i++) {
            store.session(i << 8, "client" + i, 4, -1, 0, false);
        }
        store.commit();
        for (int i = 1; i <= 100; i++) {
            for (int n = 0; n < i; n++) {
                store.publish("t", i == 7 ? "x".repeat(5_000) : "x", 1, (long) i << 8);
            }
        }
        store.commit();
        store.close();
        String json = json("--top", "2");
        assertThat(json).contains("\"percentile\" : \"p50\", \"messages\" : 50");
        assertThat(json).contains("\"percentile\" : \"p99\", \"messages\" : 99");
        assertThat(json).contains("\"percentile\" : \"max\", \"messages\" : 100");
        assertThat(json.replaceAll(".*\"deepest\" : \\[(.*?)\\].*", "$1"))
                .contains("client100", "client99")
                .doesNotContain("client98");
        assertThat(json.replaceAll(".*\"heaviest\" : \\[(.*?)\\].*", "$1")).contains("client7\"", "client100");
        assertThat(DumpRun.verb("stats", data()).out()).contains("== deepest").contains("client91\n");
    }

    @Test
    @DisplayName(
            "S11 sessions that nobody came back to are counted with what they hold, and random-looking names are seen")
    void stats_zombies_counted() {
        SampleStore store = SampleStore.typical(data());
        store.session(4 << 8, "mqttjs_1f2e3d4c", 4, -1, 0, false);
        store.publish("t", "x", 1, 4 << 8);
        store.commit();
        store.close();
        // bob is connected; the sample is from 2023, so all others have been away for long
        String json = json();
        assertThat(json).contains("\"unseenDays\" : 30, \"sessions\" : 3, \"messages\" : 6");
        assertThat(json).contains("\"randomLookingIds\" : 1");
        assertThat(json.replaceAll(".*\"zombieSessions\" : \\[(.*?)\\].*", "$1"))
                .contains("mqttjs_1f2e3d4c", "alice")
                .doesNotContain("bob");
        assertThat(json("--unseen", "100000")).contains("\"unseenDays\" : 100000, \"sessions\" : 0");
    }

    @Test
    @DisplayName("S59 S62 filters that nobody can match, and those that are easy to get wrong, are shown with examples")
    void stats_filters_reported() {
        SampleStore store = new SampleStore(data());
        store.session(SampleStore.ALICE, "alice", 4, -1, 0, false);
        for (String filter : new String[] {"$queue/a", "$SYS/monitor/+", "$SYS/broker/#", "ok/+/x_1", "a/b/", "a//b"}) {
            store.subscribe(SampleStore.ALICE, filter);
        }
        store.subscribe(SampleStore.ALICE, "china /guangzhou");
        store.commit();
        store.close();
        String json = json();
        assertThat(json.replaceAll(".*\"unmatchable\" : \\[(.*?)\\].*", "$1"))
                .contains("$queue/a", "$SYS/monitor/+")
                .doesNotContain("$SYS/broker/#");
        assertThat(json.replaceAll(".*\"advice\" : \\[(.*?)\\].*", "$1"))
                .contains("\"a/b/\"", "\"a//b\"", "\"china /guangzhou\"")
                .doesNotContain("x_1");
    }

    @Test
    @DisplayName("a store without sessions has statistics too; damage is told by the exit code")
    void stats_emptyOrDamaged_told() throws Exception {
        new SampleStore(data()).close();
        assertThat(json()).contains("\"withQueue\" : 0");
        SampleStore store = new SampleStore(data());
        store.session(SampleStore.ALICE, "alice", 4, -1, 0, false);
        store.commit();
        store.close();
        RawRows.damage(data(), Table.SESSION, Keys.number(SampleStore.ALICE));
        assertThat(DumpRun.verb("stats", data()).exitCode()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "mosq-Abc123,true",
        "mqttjs_1f2e3d4c,true",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301,true",
        "device-9f8c7b6a5d4e,true",
        "k8Jd2LmQ0xZ7pRt4,true",
        "sensor-17,false",
        "alice,false",
        "a-very-long-name-of-a-machine,false",
        "serial-000000123456789,false",
        "livingroom_temperature_01,false"
    })
    @DisplayName("S11 what a program drew is told from what a person chose")
    void randomLooking_names_told(String clientId, boolean random) {
        assertThat(RandomLooking.test(clientId)).isEqualTo(random);
    }
}
