// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

/**
 * The version in which {@link WireConnect} and {@link PacketBytes} write what means the same in both. A test class that
 * holds for both versions takes one as its parameter and calls {@link #speak} in its constructor; nothing runs beside it.
 */
public enum Dialect {
    MQTT_3_1_1(4),
    MQTT_5(5);

    private static volatile Dialect current = MQTT_3_1_1;

    private final int level;

    Dialect(int level) {
        this.level = level;
    }

    /** From now on, for all threads, until another dialect is spoken. */
    public void speak() {
        current = this;
    }

    /** What is spoken now. */
    public static Dialect current() {
        return current;
    }

    /** The protocol level in CONNECT. */
    public int level() {
        return level;
    }

    public boolean isMqtt5() {
        return this == MQTT_5;
    }
}
