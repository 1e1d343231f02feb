// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import io.holdfast.protocol.testkit.RequiresTool;
import java.util.Arrays;
import java.util.Optional;

/** The clients of the matrix. Public, as annotations name them. */
public enum Client {
    PAHO("Eclipse Paho for Java", ""),
    HIVEMQ("HiveMQ client", ""),
    MQTT_JS("MQTT.js", "node npm"),
    MOSQUITTO("mosquitto_pub and mosquitto_sub", "mosquitto_pub mosquitto_sub stdbuf");

    private final String title;
    private final String tools;

    /** With the programs that it needs, blanks between. */
    Client(String title, String tools) {
        this.title = title;
        this.tools = tools;
    }

    /** Its name for people. */
    String title() {
        return title;
    }

    /**
     * A client that is not connected yet.
     *
     * @param id empty to let the broker choose one
     */
    Mqtt5Peer named(int port, String id) throws Exception {
        return switch (this) {
            case PAHO -> new PahoPeer(port, id);
            case HIVEMQ -> new HiveMqPeer(port, id);
            case MQTT_JS -> new MqttJsPeer(port, id);
            case MOSQUITTO -> new MosquittoPeer(port, id);
        };
    }

    /** A program that it needs and that this machine lacks. Where {@code HOLDFAST_CI} is set nothing may be missing. */
    Optional<String> missing() {
        return RequiresTool.OnPath.missing(Arrays.stream(tools.split(" ", -1))
                .filter(tool -> !tool.isEmpty())
                .toList());
    }
}
