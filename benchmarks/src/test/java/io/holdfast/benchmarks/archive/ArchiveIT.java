// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.archive.HandbookPage.Block;
import io.holdfast.benchmarks.archive.Machine.Outcome;
import io.holdfast.protocol.testkit.RequiresTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive, on a machine that has a Java runtime and nothing else of ours. Run by {@code -Pdist} only. */
@RequiresTool({"mosquitto_pub", "mosquitto_sub", "openssl", "curl", "bash"})
class ArchiveIT {
    private static final Path ARCHIVE = Path.of(System.getProperty("holdfast.archive"));
    private static final String VERSION = ARCHIVE.getFileName().toString().replaceAll("^holdfast-|\\.tar\\.gz$", "");
    private static final Path PAGE = Path.of(System.getProperty("holdfast.root"), "docs", "operations.md");
    private static final String PASSWORD = "correct horse";
    /** Any free port instead of the usual one: the rest of the machine is not ours. */
    private static final Map<String, String> FREE_PORTS =
            Map.of("HOLDFAST_LISTENERS__TCP__PORT", "0", "HOLDFAST_ADMIN__PORT", "0");

    private static final String ADMIN = "admin endpoint http://127\\.0\\.0\\.1:PORT";
    private static final String PLAIN = "listening on 127\\.0\\.0\\.1:PORT";
    private static final String SECURE = "listening on .*:PORT \\(secure, tls\\)";
    private static final Pattern SECRET = Pattern.compile("(?m)^[A-Za-z0-9_-]{22}$");

    @TempDir
    static Path unpacked;

    private static Path top;

    @TempDir
    Path folder;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        List<String> command = List.of("tar", "-xzf", ARCHIVE.toString(), "-C", unpacked.toString());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        top = unpacked.resolve("holdfast-" + VERSION);
        // As if preparing faster starts had failed: only the walk through the handbook waits for that.
        Files.createFile(top.resolve("lib/classes-" + System.getProperty("java.version") + ".jsa"));
    }

    /** JUnit would warn of each link that leads out of the folder. */
    @AfterEach
    void removeLinks() throws IOException {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    private static List<String> jars() throws IOException {
        try (Stream<Path> files = Files.list(top.resolve("lib"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    // ---- the handbook, word for word

    @Test
    @DisplayName(
            "the handbook's Install and Secure, word for word: a service with accounts, rules and TLS that keeps a message")
    void handbook_installAndSecure_serves() throws Exception {
        Machine machine = new Machine(folder);
        machine.say("VERSION", VERSION);
        Files.createSymbolicLink(folder.resolve(ARCHIVE.getFileName()), ARCHIVE);
        HandbookPage page = new HandbookPage(PAGE);
        try (Unit unit = new Unit(machine, "/etc/systemd/system/holdfast.service")) {
            String installed = follow(machine, unit, page.section("## Install"));
            assertThat(installed).contains("ok    java");
            assertThat(machine.run("holdfast session list --data /var/lib/holdfast", "")
                            .code())
                    .isZero();
            assertThat(health(machine, unit)).as("the image's health check").isZero();
            assertThat(unit.stop()).isZero();
            assertThat(health(machine, unit))
                    .as("the image's health check, of a broker that stopped")
                    .isNotZero();
            String secured = follow(machine, unit, page.section("## Secure"));
            assertThat(secured)
                    .contains("allowed by " + machine.here("/etc/holdfast/rules"))
                    .contains("ada-1", "sensors/sensor-17/t 21.5")
                    .containsPattern("(?m)^holdfast_queue_messages 1");
            strangersAreRefused(machine, unit);
            assertThat(unit.stop()).isZero();
        }
    }

    /** Does what some blocks say, which includes a start of the unit; returns all that they have said. */
    private static String follow(Machine machine, Unit unit, List<Block> blocks) throws Exception {
        machine.say("8883", "0"); // Any free port, until the broker has said which.
        StringBuilder said = new StringBuilder();
        int starts = 0;
        for (Block block : blocks) {
            if (!block.isCommands()) {
                Files.writeString(machine.path(block.path()), machine.here(block.text()));
                continue;
            }
            Outcome outcome = machine.run(block.text(), PASSWORD + "\n" + PASSWORD + "\n");
            boolean finding = block.text().contains("holdfast doctor") && outcome.code() == 1; // Of the real machine.
            assertThat(finding ? 0 : outcome.code())
                    .as("%s said: %s", block.text(), outcome.output())
                    .isZero();
            said.append(outcome.output());
            Matcher secret = SECRET.matcher(outcome.output());
            if (block.text().contains("--machine") && secret.find()) {
                machine.set("ADA", PASSWORD);
                machine.set("SENSOR", secret.group());
            }
            for (String order : machine.newOrders()) {
                if (order.equals("systemctl enable --now holdfast") || order.equals("systemctl restart holdfast")) {
                    unit.start(FREE_PORTS);
                    machine.say("9883", unit.port(ADMIN));
                    machine.say("8883", unit.port(order.contains("restart") ? SECURE : PLAIN));
                    starts++;
                }
            }
        }
        assertThat(starts).as("starts of the service").isEqualTo(1);
        return said.toString();
    }

    private static void strangersAreRefused(Machine machine, Unit unit) throws Exception {
        String publish = "mosquitto_pub -h localhost -p 8883 --cafile /etc/holdfast/server.crt -q 1 -t sensors/x -m 1";
        assertThat(machine.run(publish, "").code()).as("without an account").isNotZero();
        assertThat(machine.run(publish + " -u ada -P wrong", "").code())
                .as("with a wrong password")
                .isNotZero();
        String plain = "mosquitto_pub -h 127.0.0.1 -p " + unit.port(PLAIN) + " -q 1 -t a -m 1";
        assertThat(machine.run(plain, "").code())
                .as("on loopback without an account")
                .isNotZero();
    }

    /** The exit code of the image's health check. */
    private static int health(Machine machine, Unit unit) throws Exception {
        String line = Files.readAllLines(top.resolve("Dockerfile")).stream()
                .filter(text -> text.startsWith("HEALTHCHECK "))
                .findFirst()
                .orElseThrow();
        Matcher words = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(line);
        List<String> command = new ArrayList<>();
        while (words.find()) {
            command.add(words.group(1).replace("\\\\", "\\").replace("9883", unit.port(ADMIN)));
        }
        assertThat(command).startsWith("bash", "-c").hasSize(3);
        return machine.call(command, "").code();
    }

    // ---- the start script

    @Test
    @DisplayName("the command works through a link and from a folder with blanks")
    void script_linkAndBlanks_works() throws Exception {
        Machine machine = new Machine(folder);
        Path moved = Files.createDirectories(folder.resolve("with two blanks")).resolve("holdfast");
        assertThat(machine.call(List.of("cp", "-r", top.toString(), moved.toString()), "")
                        .code())
                .isZero();
        Files.createSymbolicLink(folder.resolve("usr/local/bin/holdfast"), moved.resolve("bin/holdfast"));
        Outcome outcome = machine.run("holdfast --version", "");
        assertThat(outcome.output()).contains(VERSION);
        assertThat(outcome.code()).isZero();
    }

    @Test
    @DisplayName("without Java, and with an old one, the command says in one line what to install")
    void script_noFittingJava_oneLine() throws Exception {
        Machine machine = new Machine(folder);
        String command = "'" + top.resolve("bin/holdfast") + "' --version";
        Files.delete(folder.resolve("programs/java"));
        Outcome none = machine.run(command, "");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.output().lines()).hasSize(1);
        assertThat(none.output()).contains("Java 17 or newer is needed", "openjdk-17-jre-headless", "JAVA_HOME");
        Path old = Files.createDirectories(folder.resolve("old/bin")).resolve("java");
        Files.writeString(old, "#!/bin/sh\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("old/release"), "JAVA_VERSION=\"11.0.2\"\n");
        machine.set("JAVA_HOME", folder.resolve("old").toString());
        assertThat(machine.run(command, "").output()).contains("is version 11.0.2");
    }

    // ---- what is inside

    @Test
    @DisplayName("the sample configuration is what the command prints")
    void sample_always_asPrinted() throws Exception {
        Outcome printed =
                new Machine(folder).run("'" + top.resolve("bin/holdfast") + "' config sample 2>/dev/null", "");
        assertThat(printed.output()).isEqualTo(Files.readString(top.resolve("conf/holdfast.conf")));
    }

    @Test
    @DisplayName("every jar stands in the list of licences and in the bill of materials, and each licence is there")
    void jars_always_listed() throws Exception {
        String bill = Files.readString(top.resolve("sbom.json"));
        List<String> rows = Files.readAllLines(top.resolve("licenses/THIRD-PARTY.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| library"))
                .toList();
        List<String> listed = new ArrayList<>();
        for (String row : rows) {
            String[] cells = row.split(" *\\| *", -1);
            listed.add(cells[1]);
            assertThat(top.resolve("licenses").resolve(cells[3])).isRegularFile();
        }
        List<String> jars = jars();
        for (String jar : jars) {
            String name = jar.replaceAll("-\\d+\\..*", "");
            assertThat(bill).contains("\"" + name + "\"");
            boolean ours = jar.endsWith("-" + VERSION + ".jar") && bill.contains("pkg:maven/io.holdfast/" + name);
            assertThat(ours || listed.stream().anyMatch(name::startsWith))
                    .as(name)
                    .isTrue();
        }
        for (String name : listed) {
            assertThat(jars).as("what is listed is there").anyMatch(jar -> jar.startsWith(name));
        }
    }

    @Test
    @DisplayName(
            "native libraries are those for Linux on two processors, and everything belongs to root and has one date")
    void contents_always_twoPlatforms() throws Exception {
        try (ZipFile rocks = new ZipFile(top.resolve("lib")
                .resolve(jars().stream()
                        .filter(jar -> jar.startsWith("rocksdbjni"))
                        .findFirst()
                        .orElseThrow())
                .toFile())) {
            assertThat(rocks.stream().map(Object::toString).filter(name -> name.startsWith("lib")))
                    .containsExactlyInAnyOrder("librocksdbjni-linux64.so", "librocksdbjni-linux-aarch64.so");
        }
        assertThat(jars().stream().filter(jar -> jar.matches(".*(osx|windows|io_uring|test).*")))
                .isEmpty();
        Outcome list =
                new Machine(folder).call(List.of("tar", "--utc", "--numeric-owner", "-tvzf", ARCHIVE.toString()), "");
        assertThat(new TreeSet<>(list.output()
                        .lines()
                        .map(line -> line.replaceAll("^\\S+ (\\S+) +\\d+ (\\S+ \\S+) .*", "$1 $2"))
                        .toList()))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("0/0 ");
    }
}
