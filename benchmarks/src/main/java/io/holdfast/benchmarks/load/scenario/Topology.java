// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import java.util.Locale;

/** Who publishes to whom. */
enum Topology {
    /** Each publisher has a subscriber of its own. */
    PAIRS(10, 10),
    /** Many publishers, one subscriber for all. */
    FAN_IN(10, 1),
    /** One publisher, many subscribers of one topic. */
    FAN_OUT(1, 100),
    /** All subscribers hear all publishers. */
    MESH(5, 5);

    final int publishersDefault;
    final int subscribersDefault;

    Topology(int publishersDefault, int subscribersDefault) {
        this.publishersDefault = publishersDefault;
        this.subscribersDefault = subscribersDefault;
    }

    Layout layout(String root, int publishers, int subscribers) {
        return this == PAIRS ? Layout.groups(root, subscribers, 1) : Layout.mesh(root, publishers, subscribers);
    }

    /** As it is typed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
