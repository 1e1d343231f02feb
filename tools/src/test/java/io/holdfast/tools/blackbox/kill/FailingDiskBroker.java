// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.storage.testkit.FailIo;
import io.holdfast.storage.testkit.FailIo.Fault;
import io.holdfast.storage.testkit.FailIo.Operation;
import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Our broker on a disk of which one call fails after each start, counted from the moment at which it accepts. */
final class FailingDiskBroker implements BrokerCommand {
    private final Deque<Integer> calls;
    private final Fault fault;
    private @Nullable FailIo disk;
    private long hits;

    /**
     * A broker.
     *
     * @param calls which call fails after each start, in this order; none after the last of them
     */
    FailingDiskBroker(List<Integer> calls, Fault fault) {
        this.calls = new ArrayDeque<>(calls);
        this.fault = fault;
    }

    @Override
    public List<String> commandLine(Path data, int port, List<String> settings) throws IOException {
        if (disk == null) {
            Path parent = data.toAbsolutePath().getParent();
            if (parent == null) {
                throw new IOException(data + " has no folder above it");
            }
            Path beside = Files.createDirectories(parent.toRealPath().resolve("failio"));
            disk = FailIo.build(beside, parent.toRealPath().resolve("data"));
        }
        disk.heal();
        List<String> line = new ArrayList<>(List.of("env"));
        disk.environment().forEach((name, value) -> line.add(name + "=" + value));
        line.addAll(HoldfastBroker.sound().commandLine(data, port, settings));
        return line;
    }

    @Override
    public void accepting() throws IOException {
        Integer call = calls.poll();
        hits = disk == null ? 0 : disk.hits();
        if (disk != null && call != null) {
            disk.failOnce(Operation.ANY, fault, call);
        }
    }

    /** How many calls had failed when the broker was started last; the folder that counts them goes with the broker. */
    long hits() {
        return hits;
    }

    @Override
    public boolean mayFail() {
        return true;
    }

    @Override
    public Optional<String> readyText() {
        return HoldfastBroker.sound().readyText();
    }
}
