// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.testkit.Certificates;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The accounts and rules of a mosquitto, judged by it and by our broker with what was imported of them. */
@RequiresTool({"mosquitto_pub", "mosquitto_passwd"})
class MosquittoAccessIT {
    private static final String END = "end/probe";
    private static final String OBSERVER = "observer";

    /** Nobody, three with rules, one with none of his own. */
    private static final List<String> CLIENTS = List.of("-", "ada", "bob smith", "carl", "eve");

    private static final List<String> ACL = List.of(
            "# before any user: who has no name",
            "topic read public/#",
            "topic deny public/hidden",
            "topic talk",
            "pattern read end/#",
            "user observer",
            "topic readwrite #",
            "user ada",
            "topic read a/r/#",
            "topic write a/w/#",
            "topic readwrite a/rw/+/x",
            "topic deny a/r/closed/#",
            "topic a/two",
            "topic read a/two/words",
            "topic write a/two/words",
            "topic shut/ada",
            "topic a%u",
            "user bob smith",
            "topic write b b/#",
            "topic deny b b/secret",
            "topic deny own/bob smith/not",
            "user ada",
            "topic later/#",
            "topic deny later/no",
            "user carl",
            "topic #",
            "topic deny c/#",
            "pattern readwrite own/%u/#",
            "pattern read dev/%c/in",
            "pattern write dev/%c/out",
            "pattern write dev/%c/%u/out",
            "pattern read shut/#",
            "pattern deny shut/+",
            "pattern write 5%");

    private static final List<String> TOPICS = List.of(
            "public/x",
            "public/hidden",
            "public",
            "talk",
            "a/r/1",
            "a/r",
            "a/r/closed",
            "a/r/closed/x",
            "a/w/1",
            "a/rw/1/x",
            "a/rw/1/y",
            "a/two",
            "a/two/words",
            "aada",
            "a%u",
            "b b/1",
            "b b/secret",
            "later/x",
            "later/no",
            "c",
            "c/1",
            "d/1",
            "own/ada/x",
            "own/bob smith/x",
            "own/bob smith/not",
            "own/eve",
            "dev/probe/in",
            "dev/probe/out",
            "dev/probe/ada/out",
            "dev/other/in",
            "shut/x",
            "shut/ada",
            "shut/x/y",
            "5%");

    /** Filters that rules include as a whole, so that both brokers grant them, with a denial inside. */
    private static final List<String> WIDE =
            List.of("ada a/r/#", "ada later/+", "- public/#", "carl #", "eve own/eve/#");

    @TempDir
    Path folder;

    private final StringWriter errors = new StringWriter();
    private Path acl = Path.of("");
    private Path passwords = Path.of("");

    @BeforeEach
    void writeFiles() throws Exception {
        acl = Files.write(folder.resolve("acl"), ACL);
        passwords = folder.resolve("passwd");
        Files.writeString(passwords, "");
        for (String user : CLIENTS.subList(1, CLIENTS.size())) {
            password(user);
        }
        password(OBSERVER);
    }

    private void password(String user) throws Exception {
        run("mosquitto_passwd", "-b", passwords.toString(), user, Passwords.of(user));
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private int imported(String... arguments) {
        return new CommandLine(new MosquittoImport())
                .setErr(new PrintWriter(errors))
                .setOut(new PrintWriter(new StringWriter()))
                .execute(arguments);
    }

    private RunningBroker holdfast(Path settings) throws Exception {
        ConfigReader reader = new ConfigReader()
                .file(settings)
                .set("store.folder", folder.resolve("data").toString(), "test")
                .set("listeners.tcp.port=0")
                .set("admin.enabled=false")
                .set("access.session-owner=none") // All probes have one client identifier, which the rules name.
                .set("shards=1"); // One thread, so that a message that comes last was sent last.
        return RunningBroker.start(reader);
    }

    // ---- what a broker allows

    private static WireClient client(int port, String user) throws IOException {
        WireClient client = new WireClient(port);
        String name = user.equals("-") ? null : user;
        ConnAck answer = client.connect(Passwords.connect(
                ProtocolVersion.MQTT_3_1_1,
                user.equals(OBSERVER) ? OBSERVER : "probe",
                true,
                null,
                name,
                name == null ? null : Passwords.of(name)));
        assertThat(answer.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        return client;
    }

    private static void publish(WireClient client, String topic, String text) throws IOException {
        client.send(WireClient.publish(topic, text, QoS.AT_LEAST_ONCE, 1));
        Packet packet = client.next();
        assertThat(packet).isInstanceOf(PubAck.class);
    }

    /** What comes until the end, which has to come. */
    private static List<Publish> drain(WireClient client) throws IOException {
        List<Publish> got = new ArrayList<>();
        while (true) {
            Packet packet = client.next();
            assertThat(packet).as("after " + got).isNotNull();
            if (packet instanceof Publish publish) {
                if (publish.topic().toString().equals(END)) {
                    return got;
                }
                got.add(publish);
            }
        }
    }

    /** One line for each thing that somebody may do. */
    private static List<String> allowed(int port) throws IOException {
        List<String> allowed = new ArrayList<>();
        for (String user : CLIENTS) {
            try (WireClient observer = client(port, OBSERVER);
                    WireClient client = client(port, user)) {
                observer.subscribe("#", QoS.AT_MOST_ONCE);
                for (String topic : TOPICS) {
                    publish(client, topic, user);
                }
                observer.send(WireClient.publish(END, "", QoS.AT_MOST_ONCE, 0));
                drain(observer).forEach(each -> allowed.add(WireClient.text(each) + " publishes " + each.topic()));
            }
            for (String filter : wide(user)) {
                received(port, user, List.of(filter))
                        .forEach(topic -> allowed.add(user + " receives " + topic + " by " + filter));
            }
            received(port, user, TOPICS).forEach(topic -> allowed.add(user + " receives " + topic));
        }
        return allowed;
    }

    private static List<String> wide(String user) {
        return WIDE.stream()
                .filter(each -> each.startsWith(user + " "))
                .map(each -> each.substring(user.length() + 1))
                .toList();
    }

    private static List<String> received(int port, String user, List<String> filters) throws IOException {
        try (WireClient observer = client(port, OBSERVER);
                WireClient client = client(port, user)) {
            for (String filter : filters) {
                client.subscribe(filter, QoS.AT_MOST_ONCE); // Granted or not: what counts is what comes.
            }
            if (!filters.contains("#")) {
                client.subscribe(END, QoS.AT_MOST_ONCE);
            }
            for (String topic : TOPICS) {
                observer.send(WireClient.publish(topic, "down", QoS.AT_MOST_ONCE, 0));
            }
            observer.send(WireClient.publish(END, "", QoS.AT_MOST_ONCE, 0));
            return drain(client).stream().map(each -> each.topic().toString()).toList();
        }
    }

    @Test
    @DisplayName(
            "a configuration with accounts and ACL is taken over whole: who may publish and receive what is as there")
    void settings_withAccess_sameVerdicts() throws Exception {
        List<String> there;
        Path conf;
        try (MosquittoProcess mosquitto = MosquittoProcess.start(
                folder, "allow_anonymous true", "password_file " + passwords, "acl_file " + acl)) {
            there = allowed(mosquitto.port());
            conf = mosquitto.conf();
        }
        Path settings = Files.createDirectory(folder.resolve("here")).resolve("holdfast.conf");
        assertThat(imported(conf.toString(), "--out", settings.toString()))
                .as("%s", errors)
                .isZero();
        assertThat(errors.toString()).contains(acl + ":2: read public/#: a client that subscribes to more");
        try (RunningBroker broker = holdfast(settings)) {
            assertThat(allowed(broker.port())).isEqualTo(there);
        }
        assertThat(there)
                .contains(
                        "- receives public/x by public/#",
                        "ada publishes shut/ada",
                        "carl receives d/1 by #",
                        "eve publishes own/eve")
                .doesNotContain("- receives public/hidden by public/#", "eve publishes talk", "carl receives c/1 by #");
    }

    @Test
    @DisplayName(
            "accounts that mosquitto_passwd has made log in with mosquitto_pub, a wrong password does not, no file is written over")
    void passwords_ofMosquitto_logIn() throws Exception {
        Path ours = folder.resolve("passwords");
        assertThat(imported(passwords.toString())).isEqualTo(2);
        assertThat(imported(passwords.toString(), "--out", ours.toString())).isZero();
        assertThat(Files.getPosixFilePermissions(ours)).hasSize(2);
        String before = Files.readString(ours);
        assertThat(imported(passwords.toString(), "--out", ours.toString())).isEqualTo(1);
        assertThat(errors.toString()).contains(ours + " is there already");
        assertThat(Files.readString(ours)).isEqualTo(before);
        Path rules = folder.resolve("rules");
        assertThat(imported(acl.toString(), "--out", rules.toString())).isZero();
        try (RunningBroker broker = RunningBroker.start(
                folder.resolve("data"), "access.password-file=" + ours, "access.rules-file=" + rules)) {
            assertThat(mosquittoPub(broker, "bob smith", Passwords.of("bob smith")))
                    .isZero();
            assertThat(mosquittoPub(broker, "bob smith", "wrong")).isNotZero();
            assertThat(mosquittoPub(broker, "nobody", Passwords.of("nobody"))).isNotZero();
        }
    }

    private static int mosquittoPub(RunningBroker broker, String user, @Nullable String password) throws Exception {
        return run(
                "mosquitto_pub",
                "-p",
                String.valueOf(broker.port()),
                "-u",
                user,
                "-P",
                String.valueOf(password),
                "-q",
                "1",
                "-t",
                "b b/1",
                "-m",
                "x");
    }

    @Test
    @DisplayName("a listener with TLS and client certificates is taken over: the name in the certificate is the user")
    void settings_withTls_clientNamedByCertificate() throws Exception {
        Certificates certificates = Certificates.in(folder);
        X509Bundle server = certificates.server();
        X509Bundle ada = certificates.client("CN=ada");
        Path rules = Files.writeString(folder.resolve("tls.acl"), "user ada\ntopic write mine\n");
        Path conf = Files.write(
                folder.resolve("tls.conf"),
                List.of(
                        "listener 8883",
                        "certfile " + certificates.certificateFile("server", server),
                        "keyfile " + certificates.keyFile("server", server),
                        "cafile " + certificates.authorityFile(),
                        "require_certificate true",
                        "use_identity_as_username true",
                        "acl_file " + rules));
        Path settings = Files.createDirectory(folder.resolve("here")).resolve("holdfast.conf");
        assertThat(imported(conf.toString(), "--out", settings.toString()))
                .as("%s", errors)
                .isZero();
        try (RunningBroker broker = holdfast(settings);
                WireClient client = new WireClient(
                        Certificates.connect(certificates.tls(ada), broker.port()), ProtocolVersion.MQTT_5)) {
            client.connect("c", true);
            client.send(WireClient.publish("mine", "x", QoS.AT_LEAST_ONCE, 1));
            assertThat(client.expect(PubAck.class).reasonCode().isFailure()).isFalse();
            client.send(WireClient.publish("other", "x", QoS.AT_LEAST_ONCE, 2));
            assertThat(client.expect(PubAck.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    @DisplayName(
            "settings that no broker would start with are written, and the reason is told; a file that is missing stops the import")
    void settings_notReady_told() throws Exception {
        Path conf = Files.write(folder.resolve("m.conf"), List.of("listener 0", "allow_anonymous true"));
        Path out = folder.resolve("h.conf");
        assertThat(imported(conf.toString(), "--out", out.toString())).isEqualTo(5);
        assertThat(errors.toString()).contains("clients need not say who they are");
        assertThat(out).isNotEmptyFile();
        Files.write(conf, List.of("password_file " + folder.resolve("missing")));
        assertThat(imported(conf.toString(), "--out", folder.resolve("h2.conf").toString()))
                .isEqualTo(1);
        assertThat(errors.toString()).contains(folder.resolve("missing") + " is not there");
        assertThat(folder.resolve("h2.conf")).doesNotExist();
        Files.write(conf, List.of("acl_file " + Files.writeString(folder.resolve("bad"), "topic a b\n")));
        assertThat(imported(conf.toString(), "--out", folder.resolve("h2.conf").toString()))
                .isEqualTo(4);
        assertThat(errors.toString()).contains("line 1 says 'a'");
    }
}
