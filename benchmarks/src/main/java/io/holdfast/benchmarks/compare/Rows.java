// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import io.holdfast.benchmarks.compare.Goal.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The subjects of the comparison and what each is held to. Payloads have 64 bytes, sessions are durable.
 *
 * @param ours this broker as it comes
 * @param unsynced the same with syncs off
 * @param peers the other brokers that can be had
 * @param folder on the device that all of them write to
 * @param seconds how long one round measures
 */
record Rows(Contender ours, Contender unsynced, List<Contender> peers, Path folder, double seconds) {
    private static final String PUBLISH = "publish";
    private static final String DELIVER = "deliver";
    private static final String FILL = "fill";
    private static final String DRAIN = "drain";
    private static final String STORM = "storm";
    private static final String RESUME = "resume";
    private static final String START = "start";
    private static final String MOSQUITTO = "mosquitto";
    private static final String ARTEMIS = "artemis";

    List<Row> all() {
        return List.of(
                pairs(1, PUBLISH, List.of(cpu(PUBLISH, MOSQUITTO, 0.4, 0.25), cpu(PUBLISH, ARTEMIS, 0.2, 0.2))),
                pairs(2, PUBLISH, List.of(cpu(PUBLISH, MOSQUITTO, 0.35, 0.2))),
                pairs(0, DELIVER, List.of(cpu(DELIVER, MOSQUITTO, 0.5, 0.25))),
                offline(),
                fanOutOffline(),
                fanOutLive(),
                connect(),
                syncPrice(),
                versionPrice(),
                qos2Rate(),
                manySessions(1),
                manySessions(2),
                oneOutstanding(),
                halfRate(),
                start());
    }

    private Row pairs(int qos, String phase, List<Goal> goals) {
        return new Row(
                "qos" + qos + "-pairs",
                "QoS " + qos + ", 10 durable pairs, closed loop" + (qos == 0 ? "" : ", window 20"),
                everybody(timed("--qos", Integer.toString(qos), "--pairs", "10")),
                List.of(phase),
                goals);
    }

    private Row fanOutLive() {
        return new Row(
                "fanout-live-100",
                "QoS 1 from one publisher to 100 connected sessions, per delivery",
                everybody(timed("--qos", "1", "--topology", "fan-out", "--subscribers", "100")),
                List.of(DELIVER),
                List.of(cpu(DELIVER, MOSQUITTO, 0.3, 0.15)));
    }

    private Row syncPrice() {
        List<String> load = timed("--qos", "1", "--pairs", "50", "--window", "64");
        return new Row(
                "sync-price",
                "What durability costs: this broker with syncs against itself without, QoS 1, 50 pairs, window 64",
                List.of(lane(ours, load), lane(unsynced, load)),
                List.of(PUBLISH),
                List.of(Goal.ratio(
                        "CPU with syncs / without",
                        new Source(ours.name(), PUBLISH, Metric.CPU),
                        new Source(unsynced.name(), PUBLISH, Metric.CPU),
                        2.0,
                        1.5)));
    }

    private Row qos2Rate() {
        BenchLane two = new BenchLane("QoS 2", ours, timed("--qos", "2", "--pairs", "50", "--window", "64"));
        BenchLane one = new BenchLane("QoS 1", ours, timed("--qos", "1", "--pairs", "50", "--window", "64"));
        return new Row(
                "qos2-rate",
                "Rate of QoS 2 against QoS 1 at saturation, 3,200 messages outstanding",
                List.of(two, one),
                List.of(PUBLISH),
                List.of(Goal.atLeast(
                        "rate of QoS 2 / QoS 1",
                        new Source("QoS 2", PUBLISH, Metric.RATE),
                        new Source("QoS 1", PUBLISH, Metric.RATE),
                        0.5,
                        0.667)));
    }

    private Row versionPrice() {
        List<Lane> lanes = new ArrayList<>();
        List<Goal> goals = new ArrayList<>();
        for (String qos : List.of("1", "2")) {
            List<String> load = timed("--qos", qos, "--pairs", "50", "--window", "64");
            List<String> five = new ArrayList<>(load);
            five.addAll(List.of("--mqtt", "5"));
            lanes.add(new BenchLane("MQTT 5, QoS " + qos, ours, five));
            lanes.add(new BenchLane("MQTT 3.1.1, QoS " + qos, ours, load));
            goals.add(Goal.ratio(
                    "CPU of MQTT 5 / 3.1.1, QoS " + qos,
                    new Source("MQTT 5, QoS " + qos, PUBLISH, Metric.CPU),
                    new Source("MQTT 3.1.1, QoS " + qos, PUBLISH, Metric.CPU),
                    1.25,
                    1.1));
        }
        return new Row(
                "version-price",
                "What MQTT 5 costs: this broker with it against itself with 3.1.1, 50 pairs, window 64",
                lanes,
                List.of(PUBLISH),
                goals);
    }

    /** Away, only what the broker keeps differs; connected, each session has a socket to be written to as well. */
    private Row manySessions(int qos) {
        String level = Integer.toString(qos);
        BenchLane many = new BenchLane("10,000 connected", ours, shared(level, "10000"));
        BenchLane few = new BenchLane("50 connected", ours, shared(level, "50"));
        BenchLane manyAway = new BenchLane("10,000 away", ours, away(level, "10000"));
        BenchLane fewAway = new BenchLane("50 away", ours, away(level, "50"));
        return new Row(
                "many-sessions-qos" + qos,
                "10,000 sessions with a topic each against 50; 50 publishers, window 64, QoS " + qos,
                List.of(many, few, manyAway, fewAway),
                List.of(PUBLISH, FILL),
                List.of(fewer(manyAway, fewAway, FILL), fewer(many, few, PUBLISH)));
    }

    private static Goal fewer(Lane many, Lane few, String phase) {
        return Goal.ratio(
                "CPU, " + many.label() + " / " + few.label(),
                new Source(many.label(), phase, Metric.CPU),
                new Source(few.label(), phase, Metric.CPU),
                1.5,
                1.2);
    }

    private Row oneOutstanding() {
        DiskLane disk = new DiskLane(folder, Duration.ofMillis((long) (seconds * 1_000)));
        List<Lane> lanes = new ArrayList<>(everybody(timed("--qos", "1", "--pairs", "1", "--window", "1")));
        lanes.add(disk);
        return new Row(
                "one-outstanding",
                "One message at a time: PUBLISH to PUBACK beside the disk's own fdatasync",
                lanes,
                List.of(PUBLISH, DiskLane.PHASE),
                List.of(Goal.difference(
                        "p50 of PUBACK above p50 of fdatasync",
                        new Source(ours.name(), PUBLISH, Metric.P50),
                        new Source(disk.label(), DiskLane.PHASE, Metric.P50),
                        400,
                        200)));
    }

    private Row halfRate() {
        DiskLane disk = new DiskLane(folder, Duration.ofMillis((long) (seconds * 1_000)));
        BenchLane.HalfRate half = new BenchLane.HalfRate(new BenchLane(ours.name(), ours, shared("1", "10000")));
        return new Row(
                "half-rate",
                "PUBACK at half of the saturation rate, 10,000 sessions, from when a message was due",
                List.of(half, disk),
                List.of(PUBLISH, DiskLane.PHASE),
                List.of(Goal.ratio(
                        "p99 of PUBACK / p99 of the broker's own syncs",
                        new Source(half.label(), PUBLISH, Metric.P99),
                        new Source(half.label(), PUBLISH, Metric.SYNC_P99),
                        5,
                        3)));
    }

    private Row offline() {
        return new Row(
                "offline",
                "QoS 1 to 1,000 sessions that are away (fill), and their coming back for it (drain, per delivery)",
                everybody(List.of("offline", "--qos", "1", "--sessions", "1000", "--messages", messages(25_000))),
                List.of(FILL, DRAIN),
                List.of(cpu(FILL, MOSQUITTO, 0.6, 0.4), bytes(FILL, 220, 220), cpu(DRAIN, MOSQUITTO, 0.8, 0.4)));
    }

    private Row fanOutOffline() {
        return new Row(
                "fanout-offline-100",
                "QoS 1, each message to 100 sessions that are away, per message in",
                everybody(List.of(
                        "offline", "--qos", "1", "--sessions", "100", "--fan-out", "100", "--messages", messages(500))),
                List.of(FILL, DRAIN),
                List.of(cpu(FILL, MOSQUITTO, 0.3, 0.2), bytes(FILL, 400, 250)));
    }

    private Row connect() {
        return new Row(
                "connect",
                "Durable sessions: new ones (storm) and known ones (resume)",
                everybody(List.of("connect", "--sessions", messages(200), "--churn", "0")),
                List.of(STORM, RESUME),
                List.of(cpu(STORM, MOSQUITTO, 1.5, 0.8), cpu(RESUME, MOSQUITTO, 1.0, 0.6)));
    }

    private Row start() {
        List<String> load = List.of("restart", "--sessions", "200", "--messages", "200000");
        List<Lane> lanes = new ArrayList<>();
        lanes.add(new StartLane(ours.name(), ours, folder, load));
        peers.forEach(peer -> lanes.add(new StartLane(peer.name(), peer, folder, load)));
        return new Row(
                "start",
                "200 sessions x 1,000 queued messages, SIGKILL: from the command to the first CONNACK",
                lanes,
                List.of(START, DRAIN),
                List.of(Goal.alone(
                        "seconds to the first CONNACK", new Source(ours.name(), START, Metric.SECONDS), 2.0, 1.0)));
    }

    /** So many for each second of a round. */
    private String messages(int perSecond) {
        return Long.toString(Math.round(perSecond * seconds));
    }

    private List<String> shared(String qos, String pairs) {
        return timed("--qos", qos, "--pairs", pairs, "--publishers", "50", "--window", "64");
    }

    private List<String> away(String qos, String sessions) {
        return List.of(
                "offline",
                "--qos",
                qos,
                "--sessions",
                sessions,
                "--publishers",
                "50",
                "--window",
                "64",
                "--messages",
                messages(50_000));
    }

    private Goal bytes(String phase, double bound, double moonshot) {
        return Goal.alone(
                "bytes written per message, " + phase, new Source(ours.name(), phase, Metric.BYTES), bound, moonshot);
    }

    /** The scenario {@code qos} for the time of a round. */
    private List<String> timed(String... options) {
        List<String> arguments = new ArrayList<>(List.of("qos"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--warmup", "1", "--duration", String.format(Locale.ROOT, "%.1f", seconds)));
        return arguments;
    }

    private List<Lane> everybody(List<String> arguments) {
        List<Lane> lanes = new ArrayList<>();
        lanes.add(lane(ours, arguments));
        peers.forEach(peer -> lanes.add(lane(peer, arguments)));
        return lanes;
    }

    private static Lane lane(Contender contender, List<String> arguments) {
        return new BenchLane(contender.name(), contender, arguments);
    }

    private Goal cpu(String phase, String peer, double bound, double moonshot) {
        return Goal.ratio(
                "CPU of " + ours.name() + " / " + peer + ", " + phase,
                new Source(ours.name(), phase, Metric.CPU),
                new Source(peer, phase, Metric.CPU),
                bound,
                moonshot);
    }
}
