// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fault;

import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Our broker started through a command that becomes it, so that signals still reach it. */
record WrappedBroker(Function<Path, List<String>> before) implements BrokerCommand {
    @Override
    public List<String> commandLine(Path data, int port, List<String> settings) throws IOException {
        List<String> line = new ArrayList<>(before.apply(data));
        line.addAll(HoldfastBroker.sound().commandLine(data, port, settings));
        return line;
    }

    @Override
    public Optional<String> readyText() {
        return HoldfastBroker.sound().readyText();
    }
}
