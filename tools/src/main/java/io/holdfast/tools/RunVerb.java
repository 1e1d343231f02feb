// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import io.holdfast.server.Broker;
import io.holdfast.server.BrokerConfig;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.LogOutput;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.admin.AdminAddressException;
import io.holdfast.server.admin.AdminEndpoint;
import io.holdfast.server.metrics.MemoryFigures;
import io.holdfast.server.transport.ListenException;
import io.holdfast.server.transport.Listener;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.ListenerType;
import io.holdfast.server.transport.Printable;
import io.holdfast.server.transport.tls.TlsException;
import io.holdfast.storage.check.LostTail;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreOptions;
import io.holdfast.storage.store.StoreRefusedException;
import io.holdfast.tools.service.ServiceNotice;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast run}: the broker in the foreground, until SIGTERM or Ctrl-C. */
@Command(
        name = "run",
        description = "Runs the broker until it is told to stop (SIGTERM, Ctrl-C).",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped cleanly",
            "1:an internal error",
            "2:wrong usage or configuration",
            "3:the data folder was refused: in use, foreign, of a newer version, or not accessible",
            "4:the store is damaged",
            "5:the address cannot be listened on"
        })
public final class RunVerb implements Verb, Callable<Integer> {
    static final int EXIT_INTERNAL = 1;
    static final int EXIT_USAGE = 2;
    static final int EXIT_STORE_REFUSED = 3;
    static final int EXIT_STORE_DAMAGED = 4;
    static final int EXIT_ADDRESS = 5;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--accept-loss",
            description = "Starts although the log is damaged and acknowledged rows are missing at its end: says which,"
                    + " and keeps the damaged files in the data folder. For this start only.")
    private boolean acceptLoss;

    public RunVerb() {}

    @Override
    public Integer call() throws InterruptedException {
        BrokerConfig settled;
        try {
            settled = options.reader().read();
        } catch (ConfigurationException e) {
            return fail(EXIT_USAGE, e.getMessage());
        }
        try {
            return run(settled);
        } catch (StoreRefusedException e) {
            int code = fail(exitCode(e), e.getMessage());
            if (e.reason() == StoreRefusedException.Reason.LOG_DAMAGED) {
                tellLoss(settled.folder());
            }
            return code;
        } catch (StoreException e) {
            return fail(EXIT_STORE_DAMAGED, e.getMessage());
        }
    }

    private int run(BrokerConfig settled) throws InterruptedException {
        LogOutput.apply(settled.log());
        Broker broker;
        try {
            broker = Broker.start(settled, acceptLoss ? StoreOptions.Loss.ACCEPT : StoreOptions.Loss.REFUSE);
        } catch (AccessFileException | TlsException e) {
            return fail(EXIT_USAGE, e.getMessage());
        } catch (IOException e) {
            return fail(EXIT_ADDRESS, sentence(e));
        }
        ServiceNotice notice = ServiceNotice.of(System.getenv());
        stopWithProcess(broker, notice);
        boolean reloads = HangUp.handle(() -> {
            notice.reloading();
            boolean inForce = broker.reload(options::reader);
            notice.ready(status(broker) + (inForce ? "" : "; a change of the configuration was refused, see the log"));
        });
        PrintWriter out = spec.commandLine().getOut();
        out.println("data folder " + settled.folder().toAbsolutePath().normalize());
        out.println("durability " + settled.durability().name().toLowerCase(Locale.ROOT)
                + switch (settled.durability()) {
                    case SYNC -> " (an acknowledgement means: on the storage device)";
                    case INTERVAL ->
                        " (a power cut may lose the last "
                                + settled.durabilityInterval().toMillis() + " ms)";
                    case OS -> " (a power cut may lose acknowledged messages; a killed process loses none)";
                });
        out.println(memory(settled));
        AdminEndpoint admin = broker.admin();
        if (admin != null) {
            String moved = admin.hasMoved() ? " (" + settled.admin().port() + " is taken)" : "";
            out.println("admin endpoint http://" + Listener.text(admin.address()) + moved);
        }
        for (Listener listener : broker.listeners()) {
            listener.places().forEach(place -> out.println("listening on " + place + name(listener)));
        }
        if (!reloads) {
            out.println("SIGHUP is ignored: settings are read at the start only");
        }
        out.flush();
        notice.ready(status(broker));
        notice.watch(broker::pulse, () -> status(broker));
        broker.awaitStopped();
        return CommandLine.ExitCode.OK;
    }

    /** What the broker does, in a few words for a service manager. */
    private static String status(Broker broker) {
        return switch (broker.state()) {
            case STARTING -> "starting";
            case RUNNING -> "serving " + broker.openConnections() + " connections";
            case FAILED -> "failed, opening the store again; the log says why";
            case STOPPING, STOPPED -> "stopping";
        };
    }

    /** How a listener is called in the start line; the default one needs no word. */
    private static String name(Listener listener) {
        boolean usual = listener.name().equals(ListenerConfig.DEFAULT_NAME) && listener.type() == ListenerType.TCP;
        return usual ? "" : " (" + listener.name() + ", " + listener.type().word() + ")";
    }

    private static String sentence(IOException e) {
        if (e instanceof AdminAddressException) {
            return e.getMessage() + "; stop what uses it, or choose another with --set admin.port=N";
        }
        if (e instanceof ListenException refused && !(e.getCause() instanceof UnknownHostException)) {
            boolean usual = refused.listener().equals(ListenerConfig.DEFAULT_NAME);
            return e.getMessage() + "; stop what uses it, or choose another with "
                    + (usual && !refused.isPath() ? "--port or --bind" : refused.settings());
        }
        return String.valueOf(e.getMessage());
    }

    /** The most that the process may come to need, so that a limit of a container can be set. */
    private static String memory(BrokerConfig settled) {
        MemoryFigures memory = MemoryFigures.now();
        return String.format(
                Locale.ROOT,
                "memory at most %,d MiB heap + %,d MiB buffers + %,d MiB block cache = %,d MiB, and the JVM itself",
                memory.heapMax() >> 20,
                memory.directMax() >> 20,
                settled.cacheBytes() >> 20,
                (memory.heapMax() + memory.directMax() + settled.cacheBytes()) >> 20);
    }

    /** A JVM ended by a signal would report the signal; a clean stop is a success and says so. */
    private static void stopWithProcess(Broker broker, ServiceNotice notice) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            int code = CommandLine.ExitCode.OK;
                            notice.stopping();
                            try {
                                broker.stop();
                            } catch (IllegalStateException e) {
                                code = EXIT_INTERNAL;
                            }
                            Runtime.getRuntime().halt(code);
                        },
                        "holdfast-stop"));
    }

    private static int exitCode(StoreRefusedException refused) {
        return switch (refused.reason()) {
            case WRONG_META, DAMAGED, LOG_DAMAGED -> EXIT_STORE_DAMAGED;
            default -> EXIT_STORE_REFUSED;
        };
    }

    /** Whom a damaged log is about, as far as it can be read: what the operator weighs. */
    private void tellLoss(Path folder) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            LostTail.ofStore(folder).lines(Printable::quoted).forEach(err::println);
        } catch (StoreException e) {
            err.println("what it holds cannot be read: " + e.getMessage());
        }
        err.flush();
    }

    private int fail(int code, @Nullable String sentence) {
        spec.commandLine().getErr().println("holdfast: " + sentence);
        spec.commandLine().getErr().flush();
        return code;
    }
}
