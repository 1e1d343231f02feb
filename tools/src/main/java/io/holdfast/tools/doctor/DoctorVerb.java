// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import io.holdfast.server.BrokerConfig;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.admin.Json;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.UnixSocketConfig;
import io.holdfast.tools.SettingOptions;
import io.holdfast.tools.Verb;
import io.holdfast.tools.doctor.Diagnosis.Level;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast doctor}: looks at this machine before it carries a broker, or while it does. */
@Command(
        name = "doctor",
        description = {
            "Looks at this machine and says for each thing that matters to the broker: ok, warn or fail, what it means, and"
                    + " what to do. Give it the options that 'run' is given. Changes nothing."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing failed; there may be warnings",
            "1:something failed",
            "2:wrong usage or configuration"
        })
public final class DoctorVerb implements Verb, Callable<Integer> {
    private static final int EXIT_FAIL = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "The data folder (store.folder).")
    private @Nullable String data;

    @Mixin
    private SettingOptions settings = new SettingOptions();

    @Option(names = "--json", description = "Print one JSON object for each thing.")
    private boolean json;

    public DoctorVerb() {}

    @Override
    public Integer call() {
        BrokerConfig settled;
        try {
            settled = read();
        } catch (ConfigurationException e) {
            spec.commandLine().getErr().println("holdfast: " + e.getMessage());
            spec.commandLine().getErr().flush();
            return ExitCode.USAGE;
        }
        List<Diagnosis> found = look(settled);
        print(found);
        return found.stream().anyMatch(one -> one.level() == Level.fail) ? EXIT_FAIL : ExitCode.OK;
    }

    private BrokerConfig read() throws ConfigurationException {
        ConfigReader reader = settings.reader();
        if (data != null) {
            reader.set("store.folder", data, "--data " + data);
        }
        return reader.read();
    }

    private static List<Diagnosis> look(BrokerConfig settled) {
        Path folder = settled.folder().toAbsolutePath().normalize();
        Path there = nearest(folder);
        PortOwner owners = new PortOwner(Path.of("/proc"));
        List<Diagnosis> found = new ArrayList<>();
        found.add(JavaCheck.look(Path.of("/proc/meminfo")));
        found.add(OpenFilesCheck.look(
                Path.of("/proc/self/limits"), settled.transport().connectionsMax()));
        found.add(HugePagesCheck.look(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")));
        found.add(ClockCheck.look(Path.of("/")));
        found.add(DiskCheck.look(there));
        found.add(SyncCheck.look(there));
        found.add(StoreLook.look(folder));
        for (ListenerConfig listener : settled.listeners()) {
            String name = "listeners." + listener.name();
            UnixSocketConfig unix = listener.unix();
            found.add(
                    unix == null
                            ? PortCheck.look(name, listener.bind(), listener.port(), owners)
                            : SocketCheck.look(name, unix));
        }
        if (settled.admin().enabled()) {
            found.add(PortCheck.look(
                    "admin", ListenerConfig.LOOPBACK, settled.admin().port(), owners));
        }
        return found;
    }

    /** The folder, or the one above it that is there: it lies on the same disk. */
    private static Path nearest(Path folder) {
        Path there = folder;
        while (!Files.isDirectory(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    private void print(List<Diagnosis> found) {
        PrintWriter out = spec.commandLine().getOut();
        for (Diagnosis one : found) {
            if (json) {
                Map<String, @Nullable Object> tree = new LinkedHashMap<>();
                tree.put("check", one.check());
                tree.put("level", one.level().name());
                tree.put("what", one.what());
                tree.put("advice", one.advice().isEmpty() ? null : one.advice());
                out.println(Json.text(tree));
            } else {
                out.println(String.format(Locale.ROOT, "%-4s  %-9s  %s", one.level(), one.check(), one.what()));
                if (!one.advice().isEmpty()) {
                    out.println(" ".repeat(17) + "-> " + one.advice());
                }
            }
        }
        out.flush();
    }
}
