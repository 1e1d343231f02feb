// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** Quality of service of a message or a subscription. */
public enum QoS {
    AT_MOST_ONCE(0),
    AT_LEAST_ONCE(1),
    EXACTLY_ONCE(2);

    private static final QoS[] BY_LEVEL = values();

    private final int level;

    QoS(int level) {
        this.level = level;
    }

    /** The wire value, 0..2. */
    public int level() {
        return level;
    }

    /**
     * The quality of service with this wire value.
     *
     * @throws IllegalArgumentException if {@code level} is not 0, 1 or 2
     */
    public static QoS of(int level) {
        if (level < 0 || level >= BY_LEVEL.length) {
            throw new IllegalArgumentException("no QoS " + level);
        }
        return BY_LEVEL[level];
    }

    /**
     * The lower of the two: what a subscription granted {@code other} gets of this message [MQTT-3.8.4-6]
     * [MQTT5-3.8.4-8].
     */
    public QoS min(QoS other) {
        return level <= other.level ? this : other;
    }
}
