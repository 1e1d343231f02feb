// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Our broker, started as {@code holdfast run} is: a JVM of its own on the class path of the tests.
 *
 * @param jvmOptions extra options of that JVM
 * @param mainClass the class whose {@code main} is run
 */
public record HoldfastBroker(List<String> jvmOptions, String mainClass) implements BrokerCommand {
    /** The command line of the product. */
    public static final String MAIN_CLASS = "io.holdfast.tools.HoldfastCommand";
    /** The same with a store that breaks a promise, as {@value #BREAK_PROPERTY} says. */
    public static final String BROKEN_MAIN_CLASS = "io.holdfast.tools.blackbox.broker.BrokenHoldfast";

    public static final String BREAK_PROPERTY = "holdfast.break";

    /** The broker as it is shipped. */
    public static HoldfastBroker sound() {
        return new HoldfastBroker(List.of(), MAIN_CLASS);
    }

    /** The broker as it is shipped, with more JVM options than the tests' own; of two that contradict the later one counts. */
    public static HoldfastBroker with(String... jvmOptions) {
        return new HoldfastBroker(List.of(jvmOptions), MAIN_CLASS);
    }

    /** The broker with one durability rule broken on purpose: proof that a test can fail. */
    public static HoldfastBroker broken(String rule) {
        return new HoldfastBroker(List.of("-D" + BREAK_PROPERTY + "=" + rule), BROKEN_MAIN_CLASS);
    }

    @Override
    public List<String> commandLine(Path data, int port, List<String> settings) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // The compiler's first tier only: a broker that lives for seconds spends most of its time starting.
        line.addAll(List.of("-ea", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        line.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        // The log of the product, not that of the tests.
        line.add("-Dlogback.configurationFile=logback.xml");
        line.addAll(jvmOptions);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass, "run"));
        line.addAll(List.of("--data", data.toString(), "--port", Integer.toString(port), "--bind", "127.0.0.1"));
        settings.forEach(setting -> line.addAll(List.of("--set", setting)));
        return line;
    }

    @Override
    public Optional<String> readyText() {
        return Optional.of("listening on");
    }
}
