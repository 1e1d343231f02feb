// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.server.Broker;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.storage.store.RowStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** A broker on a free port; four shards, so that connections change their event loop on any machine. */
public final class RunningBroker implements AutoCloseable {
    private final Broker broker;

    private RunningBroker(Broker broker) {
        this.broker = broker;
    }

    /** Starts a broker with settings of the form {@code key=value}. */
    public static RunningBroker start(Path folder, String... settings) throws IOException, ConfigurationException {
        return start(folder, UnaryOperator.identity(), List.of(), settings);
    }

    /** As above with methods of enhanced authentication. */
    public static RunningBroker start(Path folder, List<AuthenticationMethod> methods, String... settings)
            throws IOException, ConfigurationException {
        return start(folder, UnaryOperator.identity(), methods, settings);
    }

    /** As above with something between broker and store. */
    public static RunningBroker start(Path folder, UnaryOperator<RowStore> between, String... settings)
            throws IOException, ConfigurationException {
        return start(folder, between, List.of(), settings);
    }

    private static RunningBroker start(
            Path folder, UnaryOperator<RowStore> between, List<AuthenticationMethod> methods, String... settings)
            throws IOException, ConfigurationException {
        ConfigReader config = settings(folder);
        for (String setting : settings) {
            config.set(setting);
        }
        return new RunningBroker(Broker.start(config.read(), between, methods));
    }

    /** As above with all settings. */
    public static RunningBroker start(ConfigReader config) throws IOException, ConfigurationException {
        return new RunningBroker(Broker.start(config.read()));
    }

    /** The settings of a broker in a test, for others to be added. */
    public static ConfigReader settings(Path folder) throws ConfigurationException {
        return new ConfigReader()
                .set("store.folder", folder.toString(), "test")
                .set("listeners.tcp.port=0")
                .set("admin.enabled=false") // On, with admin.port=0, by settings of the test.
                .set("admin.port=0")
                .set("connect-timeout=1m") // A test may stand still between its connection and its CONNECT.
                .set("shards=4");
    }

    public Broker broker() {
        return broker;
    }

    public int port() {
        return broker.addresses().get(0).getPort();
    }

    /** A connection on which nothing was sent yet. */
    public WireClient open() throws IOException {
        return new WireClient(port());
    }

    /** A connection of an MQTT 5 client on which nothing was sent yet. */
    public WireClient open5() throws IOException {
        return new WireClient(port(), ProtocolVersion.MQTT_5);
    }

    /** A client with its CONNACK. */
    public WireClient connect(String clientId, boolean cleanStart) throws IOException {
        WireClient client = open();
        client.connect(clientId, cleanStart);
        return client;
    }

    @Override
    public void close() {
        broker.close();
    }
}
