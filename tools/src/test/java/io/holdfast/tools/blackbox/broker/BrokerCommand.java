// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How one broker program is started. The tests speak MQTT only, so that any broker can stand in for ours. */
public interface BrokerCommand {
    /**
     * The command line that serves {@code data} on a loopback port in the foreground.
     *
     * @param settings {@code key=value} pairs of the broker under test; a stand-in ignores them
     */
    List<String> commandLine(Path data, int port, List<String> settings) throws IOException;

    /** A piece of text on standard output that means "accepting"; without one a TCP connection is tried. */
    Optional<String> readyText();

    /** The broker accepts, after each of its starts: the moment for a disturbance. */
    default void accepting() throws IOException {}

    /** Whether it may end connections and refuse clients while it runs, as one on a failing disk does. */
    default boolean mayFail() {
        return false;
    }

    /** The broker that the tests of this build are for: ours unless {@code -Dholdfast.blackbox.broker=mosquitto}. */
    static BrokerCommand underTest() {
        return System.getProperty("holdfast.blackbox.broker", "holdfast").equals("mosquitto")
                ? new MosquittoBroker()
                : HoldfastBroker.sound();
    }
}
