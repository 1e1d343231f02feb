// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.tools.Verb;
import io.holdfast.tools.client.GivenProperties.Carrier;
import io.holdfast.tools.client.Settings.Lifetime;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast sub}: subscribes and prints what comes. */
@Command(
        name = "sub",
        description = {
            "Subscribes at any MQTT broker and prints messages. A message is acknowledged when it is printed.",
            "It comes back after each lost connection. With -q 1 or 2 nothing is lost meanwhile (with -V 311 only if -c is "
                    + "given too); with -c and -i nothing is lost between two runs."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done as asked for, or interrupted",
            "1:not connected, or the broker ended the connection for good",
            "2:wrong usage",
            "3, 4, 5, 128 to 163:the code with which the broker refused the connection (1 and 2 too, with -V 311)",
            "12:the broker refused all subscriptions",
            "27:the time of -W is over",
            "141:nobody reads the output any more"
        })
public final class SubVerb implements Verb, Callable<Integer> {
    private static final long FAREWELL_MILLIS_MAX = 4_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConnectOptions connecting = new ConnectOptions();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "FILTER",
            description = "The topic filter to subscribe to; + and # are wildcards. May be repeated.")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-T", "--filter-out"},
            paramLabel = "FILTER",
            description = "Do not print messages to these topics. May be repeated.")
    private List<String> filteredOut = List.of();

    @Option(
            names = {"-U", "--unsubscribe"},
            paramLabel = "FILTER",
            description = "Give this subscription of the kept session up. May be repeated.")
    private List<String> unsubscribed = List.of();

    @Option(
            names = "--retain-as-published",
            description = "Show whether a message was published as a retained one (MQTT 5).")
    private boolean retainAsPublished;

    @Option(
            names = "--retain-handling",
            paramLabel = "always|new|never",
            description =
                    "When to send retained messages: at each SUBSCRIBE (default), for a new subscription only, or "
                            + "never (MQTT 5).")
    private String retainHandling = "always";

    @Mixin
    private SubLimits limits = new SubLimits();

    @Mixin
    private PrintOptions printing = new PrintOptions();

    private final OutputStream out;
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();

    public SubVerb() {
        this(new FileOutputStream(FileDescriptor.out));
    }

    SubVerb(OutputStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws InterruptedException {
        Notices notices = new Notices(spec.commandLine().getErr(), connecting.quiet(), connecting.debug());
        try {
            return run(notices);
        } catch (IllegalArgumentException e) {
            notices.error(String.valueOf(e.getMessage()));
            return Ending.EXIT_USAGE;
        }
    }

    private int run(Notices notices) throws InterruptedException {
        QoS qos = connecting.qos();
        boolean bridges = connecting.isMqtt5() && qos != QoS.AT_MOST_ONCE;
        Settings settings = connecting.settings(bridges ? Lifetime.RUN : Lifetime.CONNECTION, true);
        Wanted wanted = wanted(qos);
        limits.requireConsistent();
        Printer printer = printing.printer(out);
        try (ClientLoops loops = new ClientLoops(1, "sub")) {
            SubEvents events = new SubEvents(wanted, limits, printer, notices, qos, ended);
            Client client = new Client(settings, loops, events);
            events.attach(client);
            Farewell farewell = Farewell.onSignal(() -> {
                client.leave(Ending.DONE);
                return await(FAREWELL_MILLIS_MAX).exitCode();
            });
            client.start();
            Ending ending = limits.timeoutSeconds() == 0 ? ended.join() : awaitOrLeave(client);
            farewell.cancel();
            if (!ending.sentence().isEmpty()) {
                notices.error(ending.sentence());
            }
            return ending.exitCode();
        }
    }

    private Ending awaitOrLeave(Client client) {
        Ending ending = await(TimeUnit.SECONDS.toMillis(limits.timeoutSeconds()));
        if (ended.isDone()) {
            return ending;
        }
        client.leave(new Ending(Ending.EXIT_TIMEOUT, "timed out after " + limits.timeoutSeconds() + " s"));
        Ending late = await(FAREWELL_MILLIS_MAX);
        return ended.isDone() ? late : new Ending(Ending.EXIT_TIMEOUT, "timed out, and no broker to say goodbye to");
    }

    /** How it ended, or {@link Ending#DONE} if it has not in time. */
    private Ending await(long millis) {
        try {
            return ended.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Ending.DONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Ending.DONE;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // It ends in one way only.
        }
    }

    private Wanted wanted(QoS qos) {
        String fromUrl = connecting.urlTopic();
        List<String> all = new ArrayList<>(filters);
        if (fromUrl != null) {
            all.add(fromUrl);
        }
        if (all.isEmpty() && unsubscribed.isEmpty()) {
            throw new IllegalArgumentException("-t FILTER is needed (or -U FILTER)");
        }
        int handling = switch (retainHandling) {
            case "always" -> Subscribe.RETAIN_ALWAYS;
            case "new" -> Subscribe.RETAIN_IF_NEW;
            case "never" -> Subscribe.RETAIN_NEVER;
            default ->
                throw new IllegalArgumentException(
                        "--retain-handling " + retainHandling + " is none of always, new and never");
        };
        if (!connecting.isMqtt5() && (retainAsPublished || handling != Subscribe.RETAIN_ALWAYS)) {
            throw new IllegalArgumentException(
                    "--retain-as-published and --retain-handling are for MQTT 5: leave out -V");
        }
        List<Subscribe.Request> requests = new ArrayList<>();
        for (String filter : all) {
            requests.add(new Subscribe.Request(TopicFilter.parse(filter), qos, false, retainAsPublished, handling));
        }
        return new Wanted(
                requests,
                unsubscribed.stream().map(TopicFilter::parse).toList(),
                filteredOut.stream().map(TopicFilter::parse).toList(),
                connecting.properties().of(Carrier.SUBSCRIBE),
                connecting.properties().of(Carrier.UNSUBSCRIBE));
    }
}
