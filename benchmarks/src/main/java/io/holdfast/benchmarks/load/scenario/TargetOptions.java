// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access;
import io.holdfast.benchmarks.load.client.LoadException;
import io.holdfast.benchmarks.load.client.Logins;
import io.holdfast.benchmarks.load.measure.BrokerProcess;
import io.holdfast.benchmarks.load.measure.BrokerWatch;
import io.holdfast.protocol.packet.ProtocolVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every scenario about the broker that is loaded; a picocli mixin. */
final class TargetOptions {
    @Option(names = "--host", paramLabel = "HOST", description = "Where the broker is; by default ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "N", description = "Its TCP port; by default ${DEFAULT-VALUE}.")
    private int port = 1883;

    @Option(names = "--i-own-this", description = "The broker is not on this machine, and you may load it.")
    private boolean owned;

    @Option(names = "--username", paramLabel = "NAME", description = "User name of all clients.")
    private @Nullable String userName;

    @Option(names = "--password", paramLabel = "TEXT", description = "Password of all clients.")
    private @Nullable String password;

    @Option(
            names = "--accounts",
            paramLabel = "FILE",
            description =
                    "Each client has a user of its own, in turn: a line each, NAME:PASSWORD, as 'user add --machine'"
                            + " prints for several users.")
    private @Nullable Path accounts;

    @Option(names = "--mqtt", paramLabel = "VERSION", description = "3.1.1 or 5; by default ${DEFAULT-VALUE}.")
    private String mqtt = "3.1.1";

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "The broker's process on this machine: adds its CPU time, memory and bytes written.")
    private @Nullable Long pid;

    @Option(names = "--keep", description = "Leaves the sessions that the run made.")
    private boolean kept;

    @Option(
            names = "--loops",
            paramLabel = "N",
            description = "Event loops of the load; by default half of the processors.")
    private int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "How long the broker may be silent before what it still owes is given up; by default"
                    + " ${DEFAULT-VALUE}.")
    private double patienceSeconds = 15;

    Duration patience() {
        return seconds(patienceSeconds);
    }

    static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * TimeUnit.SECONDS.toNanos(1)));
    }

    int loops() {
        if (loops < 1) {
            throw usage("--loops must be at least 1");
        }
        return loops;
    }

    boolean keepsSessions() {
        return kept;
    }

    @Nullable
    Long pid() {
        return pid;
    }

    /** Where and as whom to connect. */
    Access access() {
        try {
            InetAddress address = InetAddress.getByName(host);
            if (!address.isLoopbackAddress() && !owned) {
                throw usage("'" + host + "' is not this machine. Load can take a broker down: add --i-own-this if you"
                        + " may do that.");
            }
            return new Access(new InetSocketAddress(address, port), version(), logins());
        } catch (UnknownHostException e) {
            throw new LoadException("the host '" + host + "' is not known; check --host");
        } catch (IllegalArgumentException e) {
            throw usage("--port " + port + " is not in 0..65535");
        }
    }

    private Logins logins() {
        if (accounts == null) {
            return Logins.one(userName, password);
        }
        if (userName != null || password != null) {
            throw usage("--accounts says who clients are; leave out --username and --password");
        }
        return Logins.read(accounts);
    }

    private ProtocolVersion version() {
        return switch (mqtt) {
            case "3.1.1", "4" -> ProtocolVersion.MQTT_3_1_1;
            case "5", "5.0" -> ProtocolVersion.MQTT_5;
            default -> throw usage("--mqtt " + mqtt + " is neither 3.1.1 nor 5");
        };
    }

    String versionName() {
        return mqtt;
    }

    /** Looks at the broker from outside. */
    BrokerWatch watch() {
        return watch(pid);
    }

    /** The same, with a process that is not the one that was given. */
    BrokerWatch watch(@Nullable Long process) {
        try {
            return BrokerWatch.of(host, port, process == null ? null : BrokerProcess.of(process));
        } catch (IOException e) {
            throw new LoadException(e.getMessage() + "; check --pid");
        }
    }

    /** A count as it was typed, which must be at least 1. */
    int atLeastOne(String option, int value) {
        if (value < 1) {
            throw usage(option + " " + value + " must be at least 1");
        }
        return value;
    }

    /** An error in what was typed. */
    UsageException usage(String sentence) {
        return new UsageException(sentence);
    }
}
