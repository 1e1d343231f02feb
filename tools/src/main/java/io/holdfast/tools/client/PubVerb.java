// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.tools.Verb;
import io.holdfast.tools.client.GivenProperties.Carrier;
import io.holdfast.tools.client.Settings.Lifetime;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast pub}: publishes messages, and ends when the broker has acknowledged all of them. */
@Command(
        name = "pub",
        description = {
            "Publishes to any MQTT broker, and ends when the broker has acknowledged everything.",
            "With -l it comes back after each lost connection and sends again what was not acknowledged: at QoS 1 and 2 "
                    + "nothing is lost, at QoS 2 nothing is doubled, unless the broker itself forgets."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all messages are acknowledged (QoS 0: sent)",
            "1:not connected, the connection was lost, or the broker refused a message",
            "2:wrong usage",
            "3, 4, 5, 128 to 163:the code with which the broker refused the connection (1 and 2 too, with -V 311)",
            "130:interrupted before all messages were acknowledged"
        })
public final class PubVerb implements Verb, Callable<Integer> {
    /** What may wait for the broker, in bytes of payload with what a message costs besides. */
    private static final int ROOM_BYTES = 16 << 20;

    private static final int MESSAGE_COST_BYTES = 1_024;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConnectOptions connecting = new ConnectOptions();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC",
            description = "The topic.")
    private @Nullable String topic;

    @ArgGroup(multiplicity = "1")
    private MessageSource source = new MessageSource();

    @Option(
            names = {"-r", "--retain"},
            description = "Retained: the broker keeps it as the topic's last message.")
    private boolean retain;

    @Option(names = "--repeat", paramLabel = "N", description = "Publish the same message N times (not with -l).")
    private int repeat = 1;

    @Option(names = "--repeat-delay", paramLabel = "SECONDS", description = "Wait between them; 0.1 is possible.")
    private double repeatDelaySeconds;

    private final InputStream in;
    private final Semaphore room = new Semaphore(ROOM_BYTES);
    private final AtomicLong refused = new AtomicLong();
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();

    public PubVerb() {
        this(new FileInputStream(FileDescriptor.in));
    }

    PubVerb(InputStream in) {
        this.in = in;
    }

    @Override
    public Integer call() throws InterruptedException {
        Notices notices = new Notices(spec.commandLine().getErr(), connecting.quiet(), connecting.debug());
        try {
            return run(notices);
        } catch (IllegalArgumentException e) {
            notices.error(String.valueOf(e.getMessage()));
            return Ending.EXIT_USAGE;
        } catch (IOException e) {
            notices.error("the message cannot be read: " + e.getMessage());
            return Ending.EXIT_FAILED;
        }
    }

    private int run(Notices notices) throws IOException, InterruptedException {
        if (repeat < 1 || repeatDelaySeconds < 0 || repeatDelaySeconds > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("--repeat is at least 1, --repeat-delay at least 0");
        }
        String named = topic == null ? connecting.urlTopic() : topic;
        if (named == null) {
            throw new IllegalArgumentException("-t TOPIC is needed");
        }
        TopicName to = TopicName.of(named);
        QoS qos = connecting.qos();
        boolean lines = source.isLines();
        boolean returns = lines || repeat > 1;
        Settings settings =
                connecting.settings(returns && qos != QoS.AT_MOST_ONCE ? Lifetime.RUN : Lifetime.CONNECTION, returns);
        Properties properties = connecting.properties().of(Carrier.PUBLISH);
        MessageSource.Messages messages = source.open(in, repeat);
        try (ClientLoops loops = new ClientLoops(1, "pub")) {
            Client client = new Client(settings, loops, new PubEvents(notices));
            Farewell farewell = Farewell.onSignal(() -> {
                // What is on its way is not waited for: the exit code says so.
                Ending interrupted = new Ending(130, "interrupted");
                client.abandon(interrupted);
                return interrupted.exitCode();
            });
            Thread reader = new Thread(() -> read(messages, client, to, qos, properties), "pub-reader");
            reader.setDaemon(true); // Standard input cannot be interrupted.
            client.start();
            reader.start();
            Ending ending = ended.join();
            farewell.cancel();
            if (!ending.sentence().isEmpty()) {
                notices.error(ending.sentence());
            }
            return ending.exitCode() == 0 && refused.get() > 0 ? Ending.EXIT_FAILED : ending.exitCode();
        }
    }

    private void read(MessageSource.Messages messages, Client client, TopicName to, QoS qos, Properties properties) {
        Ending ending = Ending.DONE;
        try {
            byte[] payload = messages.next();
            while (payload != null && !ended.isDone()) {
                int cost = Math.min(ROOM_BYTES, payload.length + MESSAGE_COST_BYTES);
                room.acquire(cost);
                client.publish(new Outgoing(to, payload, qos, retain, properties, answer -> {
                    room.release(cost);
                    judge(answer);
                }));
                payload = messages.next();
                if (payload != null && repeatDelaySeconds > 0) {
                    rest();
                }
            }
        } catch (IOException e) {
            ending = Ending.failed("reading stopped: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ending = Ending.failed("reading was interrupted");
        }
        client.leave(ending);
    }

    /** Waits between two messages, no longer than the client lives. */
    private void rest() throws InterruptedException {
        try {
            Ending unused = ended.get((long) (repeatDelaySeconds * 1_000), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return; // It lives; the next message is due.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // It ends in one way only.
        }
    }

    private void judge(ReasonCode answer) {
        if (answer.isFailure() && refused.getAndIncrement() == 0) {
            new Notices(spec.commandLine().getErr(), connecting.quiet(), false)
                    .error("the message was refused: " + Ending.text(answer));
        }
    }

    private final class PubEvents implements Events {
        private final Notices notices;

        PubEvents(Notices notices) {
            this.notices = notices;
        }

        @Override
        public void connected(ConnAck connAck) {}

        @Override
        public void warn(String sentence) {
            notices.error(sentence);
        }

        @Override
        public void debug(Supplier<String> line) {
            notices.debug(line);
        }

        @Override
        public void ended(Ending ending, int unsettled) {
            room.release(ROOM_BYTES); // A reader that waits for room looks up and sees the end.
            ended.complete(ending);
        }
    }
}
