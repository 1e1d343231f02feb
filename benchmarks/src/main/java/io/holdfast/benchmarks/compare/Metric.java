// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.util.List;

/** A figure of a phase, and where the load tool's JSON has it. */
enum Metric {
    CPU("cpuMicrosPerUnit", "CPU us", "cost.cpuMicrosPerUnit"),
    RATE("perSecond", "per second", "perSecond"),
    P50("p50Micros", "p50 us", "latency.p50Micros"),
    P99("p99Micros", "p99 us", "latency.p99Micros"),
    BYTES("bytesWrittenPerUnit", "bytes written", "cost.bytesWrittenPerUnit"),
    SYNCS("syncsPerUnit", "syncs", "cost.syncsPerUnit"),
    SYNC_P99("syncP99Micros", "sync p99 us", "cost.syncP99Micros"),
    RSS("rssBytes", "RSS MiB", "cost.rssBytes"),
    SECONDS("elapsedSeconds", "seconds", "elapsedSeconds");

    private final String field;
    private final String title;
    private final String path;

    Metric(String field, String title, String path) {
        this.field = field;
        this.title = title;
        this.path = path;
    }

    /** Its name in JSON, with the unit. */
    String field() {
        return field;
    }

    /** Its name in tables, with the unit. */
    String title() {
        return title;
    }

    List<String> path() {
        return List.of(path.split("\\.", -1));
    }
}
