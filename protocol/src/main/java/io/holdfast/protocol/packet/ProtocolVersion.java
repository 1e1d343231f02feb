// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** The protocol versions spoken here, each with the name and level that a CONNECT carries. */
public enum ProtocolVersion {
    MQTT_3_1("MQIsdp", 3),
    MQTT_3_1_1("MQTT", 4),
    MQTT_5("MQTT", 5);

    private final String protocolName;
    private final int level;

    ProtocolVersion(String protocolName, int level) {
        this.protocolName = protocolName;
        this.level = level;
    }

    public String protocolName() {
        return protocolName;
    }

    public int level() {
        return level;
    }
}
