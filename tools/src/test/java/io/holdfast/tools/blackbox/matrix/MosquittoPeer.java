// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/**
 * The command line clients of mosquitto. {@code mosquitto_sub} is started when there is something to subscribe to, each
 * publish is a run of {@code mosquitto_pub} with a connection of its own. What they print is all that is known of CONNACK.
 */
final class MosquittoPeer implements Mqtt5Peer {
    private static final Pattern CONNACK = Pattern.compile("received CONNACK \\((\\d+)\\)");
    private static final Pattern SUBACK = Pattern.compile("^Subscribed \\(mid: \\d+\\): (.*)$", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("^Client (\\S+) received SUBACK", Pattern.MULTILINE);
    private static final Pattern DISCONNECT = Pattern.compile("Received DISCONNECT \\((\\d+)\\)");
    private static final Pattern ACK = Pattern.compile("received PUB(?:ACK|REC|COMP) \\(Mid: \\d+, RC:(\\d+)\\)");

    private final int port;
    private final String id;
    private final Path output;
    private final List<Answer> granted = new ArrayList<>();
    private @Nullable Process subscriber;
    private Wishes wishes = Wishes.clean();
    private int messagesRead;

    MosquittoPeer(int port, String id) throws IOException {
        this.port = port;
        this.id = id;
        output = Files.createTempFile("mosquitto", ".out");
        output.toFile().deleteOnExit();
    }

    @Override
    public Welcome connect(Wishes asked, Subscription... subscriptions) throws Exception {
        wishes = asked;
        if (subscriptions.length == 0) {
            return Welcome.refused(0, "");
        }
        // Into a file the program writes whole blocks; stdbuf makes it write lines.
        List<String> line = new ArrayList<>(List.of("stdbuf", "-oL"));
        line.addAll(command("mosquitto_sub", "-d", "-F", "%j"));
        if (!id.isEmpty()) {
            line.addAll(List.of("-i", id));
        }
        connectOptions(line);
        for (Subscription wanted : subscriptions) {
            line.addAll(List.of("-t", wanted.filter()));
        }
        Subscription first = subscriptions[0];
        line.addAll(List.of("-q", Integer.toString(first.qos())));
        if (first.retainAsPublished()) {
            line.add("--retain-as-published");
        }
        if (first.identifier() > 0) {
            property(line, "subscribe", "subscription-identifier", first.identifier());
        }
        subscriber = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        patiently().until(() -> find(SUBACK).isPresent() || refusal() != 0);
        if (refusal() != 0) {
            return Welcome.refused(refusal(), "");
        }
        for (String code : find(SUBACK).orElseThrow().split(", ", -1)) {
            granted.add(new Answer(Integer.parseInt(code), ""));
        }
        return new Welcome(0, false, id.isEmpty() ? find(NAME).orElse("") : "", 0, 0, 0, 0, "", "");
    }

    private void connectOptions(List<String> line) {
        line.addAll(List.of("-k", Integer.toString(wishes.keepAliveSeconds)));
        if (!wishes.cleanStart) {
            line.add("-c");
        }
        if (wishes.expirySeconds > 0 || !wishes.cleanStart) {
            line.addAll(List.of("-x", Long.toString(wishes.expirySeconds)));
        }
        if (wishes.receiveMaximum > 0) {
            property(line, "connect", "receive-maximum", wishes.receiveMaximum);
        }
        if (wishes.packetBytesMax > 0) {
            property(line, "connect", "maximum-packet-size", wishes.packetBytesMax);
        }
        if (wishes.responseInformation) {
            property(line, "connect", "request-response-information", 1);
        }
        if (wishes.authenticationMethod != null) {
            property(line, "connect", "authentication-method", wishes.authenticationMethod);
        }
        Told will = wishes.will;
        if (will != null) {
            line.addAll(List.of("--will-topic", will.topic(), "--will-payload", will.text()));
            line.addAll(List.of("--will-qos", Integer.toString(will.qos())));
            if (will.retain()) {
                line.add("--will-retain");
            }
            messageProperties(line, "will", will);
            if (wishes.willDelaySeconds > 0) {
                property(line, "will", "will-delay-interval", wishes.willDelaySeconds);
            }
        }
    }

    private static void messageProperties(List<String> line, String command, Told told) {
        if (!told.contentType().isEmpty()) {
            property(line, command, "content-type", told.contentType());
        }
        if (!told.responseTopic().isEmpty()) {
            property(line, command, "response-topic", told.responseTopic());
        }
        if (!told.correlation().isEmpty()) {
            property(line, command, "correlation-data", told.correlation());
        }
        if (told.expirySeconds() > 0) {
            property(line, command, "message-expiry-interval", told.expirySeconds());
        }
        for (String pair : told.userProperties()) {
            String[] parts = pair.split("=", 2);
            property(line, command, "user-property", parts[0]);
            line.add(parts[1]);
        }
    }

    private static void property(List<String> line, String command, String name, Object value) {
        line.addAll(List.of("-D", command, name, value.toString()));
    }

    @Override
    public List<Answer> granted() {
        return granted;
    }

    @Override
    public Answer publish(Told message) throws Exception {
        List<String> line = publishCommand(message);
        line.addAll(List.of("-m", message.text()));
        String printed = run(line, "");
        Matcher ack = ACK.matcher(printed);
        return ack.find() ? new Answer(Integer.parseInt(ack.group(1)), "") : Answer.SUCCESS;
    }

    @Override
    public void publishAll(List<Told> messages) throws Exception {
        List<String> line = publishCommand(messages.get(0));
        line.add("-l");
        property(line, "publish", "topic-alias", 1);
        run(line, String.join("\n", messages.stream().map(Told::text).toList()) + "\n");
    }

    private List<String> publishCommand(Told message) {
        List<String> line = command("mosquitto_pub", "-d", "-t", message.topic());
        line.addAll(List.of("-q", Integer.toString(message.qos())));
        if (message.retain()) {
            line.add("-r");
        }
        messageProperties(line, "publish", message);
        return line;
    }

    private List<String> command(String name, String... options) {
        List<String> line = new ArrayList<>(List.of(name, "-V", "mqttv5", "-h", "127.0.0.1"));
        line.addAll(List.of("-p", Integer.toString(port)));
        line.addAll(Arrays.asList(options));
        return line;
    }

    private static String run(List<String> line, String input) throws IOException, InterruptedException {
        Path in = Files.writeString(Files.createTempFile("mosquitto", ".in"), input);
        Path out = Files.createTempFile("mosquitto", ".out");
        try {
            Process process = new ProcessBuilder(line)
                    .redirectInput(in.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            String printed = Files.readString(out);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(line + " failed: " + printed);
            }
            return printed;
        } finally {
            Files.delete(in);
            Files.delete(out);
        }
    }

    @Override
    public @Nullable Told poll(long millis) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofMillis(millis).plusSeconds(PATIENCE_SECONDS))
                .until(() -> messages().size() > messagesRead || System.nanoTime() > deadline);
        if (messages().size() <= messagesRead) {
            return null;
        }
        Map<String, Object> message = Json.read(messages().get(messagesRead++));
        Map<?, ?> properties = Json.inner(message, "properties");
        return new Told(
                Json.text(message, "topic"),
                Json.text(message, "payload"),
                Json.number(message, "qos"),
                Json.number(message, "retain") == 1,
                Json.text(properties, "content-type"),
                Json.text(properties, "response-topic"),
                Json.text(properties, "correlation-data"),
                Json.list(properties, "user-properties").stream()
                        .map(Object::toString)
                        .toList(),
                Json.number(properties, "message-expiry-interval"),
                Json.list(properties, "subscription-identifier").stream()
                        .map(identifier -> Math.toIntExact((Long) identifier))
                        .toList());
    }

    private List<String> messages() throws IOException {
        return printed().lines().filter(line -> line.startsWith("{")).toList();
    }

    @Override
    public Answer ended() throws Exception {
        patiently().until(() -> find(DISCONNECT).isPresent());
        return new Answer(Integer.parseInt(find(DISCONNECT).orElseThrow()), "");
    }

    @Override
    public void close() throws IOException {
        if (subscriber != null) {
            Process ending = subscriber;
            ending.destroy(); // it says DISCONNECT
            ending.onExit()
                    .completeOnTimeout(ending, PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            ending.destroyForcibly();
        }
        Files.deleteIfExists(output);
    }

    private int refusal() throws IOException {
        return find(CONNACK).map(Integer::parseInt).orElse(0);
    }

    private Optional<String> find(Pattern pattern) throws IOException {
        Matcher matcher = pattern.matcher(printed());
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The whole lines so far. */
    private String printed() throws IOException {
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        return printed.substring(0, printed.lastIndexOf('\n') + 1);
    }

    private ConditionFactory patiently() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS));
    }
}
