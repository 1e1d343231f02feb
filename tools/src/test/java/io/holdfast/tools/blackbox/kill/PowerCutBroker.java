// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.storage.testkit.PowerCut;
import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Our broker on a machine whose power is cut: before each start but the first, its folder loses what was not synced. As many
 * cuts as there are variants are one of each, in any order.
 */
final class PowerCutBroker implements BrokerCommand {
    private final SplittableRandom random;
    private final String durability;
    private final List<String> cuts = new ArrayList<>();
    private final List<PowerCut.Variant> variants = new ArrayList<>();
    private @Nullable PowerCut power;

    PowerCutBroker(long seed, String durability) {
        random = new SplittableRandom(seed);
        this.durability = durability;
    }

    @Override
    public List<String> commandLine(Path data, int port, List<String> settings) throws IOException {
        PowerCut cut = power;
        if (cut == null) {
            Path parent = data.toAbsolutePath().getParent();
            if (parent == null) {
                throw new IOException(data + " has no folder above it");
            }
            Path beside = Files.createDirectories(parent.toRealPath().resolve("powercut"));
            cut = PowerCut.build(beside, parent.toRealPath().resolve("data"));
            power = cut;
        } else {
            if (variants.isEmpty()) {
                variants.addAll(List.of(PowerCut.Variant.values()));
            }
            PowerCut.Variant variant = variants.remove(random.nextInt(variants.size()));
            cuts.add(variant + " " + cut.cut(variant, random.nextLong()));
        }
        cut.begin();
        List<String> line = new ArrayList<>(List.of("env"));
        cut.environment().forEach((name, value) -> line.add(name + "=" + value));
        List<String> more = new ArrayList<>(settings);
        more.add("store.durability=" + durability);
        line.addAll(HoldfastBroker.sound().commandLine(data, port, more));
        return line;
    }

    @Override
    public Optional<String> readyText() {
        return HoldfastBroker.sound().readyText();
    }

    /** Each cut so far: its kind and how many bytes it took. */
    List<String> cuts() {
        return cuts;
    }

    @Override
    public String toString() {
        return "power cuts " + cuts;
    }
}
