// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.broker;

import io.holdfast.server.Broker;
import io.holdfast.server.ConfigReader;
import io.holdfast.storage.testkit.BrokenStore;
import java.io.PrintStream;

/**
 * The broker over a store that breaks one promise, named by {@code -Dholdfast.break}: the control of the kill test. Takes
 * the arguments of {@code holdfast run} that the tests use.
 */
public final class BrokenHoldfast {
    private BrokenHoldfast() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) throws Exception {
        ConfigReader reader = new ConfigReader();
        for (int i = 1; i + 1 < arguments.length; i += 2) {
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--data" -> reader.set("store.folder", value, "--data");
                case "--port" -> reader.set("listeners.tcp.port", value, "--port");
                case "--bind" -> reader.set("listeners.tcp.bind", value, "--bind");
                case "--set" -> reader.set(value);
                default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
            }
        }
        BrokenStore.Rule rule = BrokenStore.Rule.of(System.getProperty("holdfast.break"));
        Broker broker = Broker.start(reader.read(), store -> new BrokenStore(store, rule));
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
        out.println("listening on " + broker.addresses());
        broker.awaitStopped();
    }
}
