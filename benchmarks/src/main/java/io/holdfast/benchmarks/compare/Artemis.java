// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Apache ActiveMQ Artemis: a Java broker that syncs its journal before it acknowledges.
 *
 * @param archive where its distribution is, or will be unpacked to
 */
record Artemis(Path archive) implements Contender {
    static final String VERSION = "2.40.0";

    @Override
    public String name() {
        return "artemis";
    }

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public String onDisk() {
        return "the message in a journal that is synced (its default for durable messages)";
    }

    @Override
    public @Nullable String missing() throws IOException, InterruptedException {
        return Maven.unpack("org.apache.activemq:apache-artemis:" + VERSION + ":tar.gz:bin", archive);
    }

    /** Its own tool makes an instance; then the one configuration that matters here replaces the one made. */
    @Override
    public List<String> command(Path folder, int port) throws IOException, InterruptedException {
        Path home = archive.resolve("apache-artemis-" + VERSION);
        Path instance = folder.resolve("instance");
        int exit = new ProcessBuilder(
                        "sh",
                        home.resolve("bin/artemis").toString(),
                        "create",
                        instance.toString(),
                        "--silent",
                        "--user=compare",
                        "--password=compare",
                        "--allow-anonymous",
                        "--no-web",
                        "--no-autotune",
                        "--nio")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("create.log").toFile())
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("artemis create failed; what it said is in " + folder.resolve("create.log"));
        }
        Files.writeString(instance.resolve("etc/broker.xml"), configuration(port));
        Path etc = instance.resolve("etc");
        return List.of(
                java(),
                "-XX:+UseG1GC",
                "-Xmx4g",
                "-Dartemis.home=" + home,
                "-Dartemis.instance=" + instance,
                "-Dartemis.instance.etc=" + etc,
                "-Dartemis.instance.etc.uri=" + etc.toUri(),
                "-Ddata.dir=" + instance.resolve("data"),
                "-Djava.security.auth.login.config=" + etc.resolve("login.config"),
                "-Dhawtio.disableProxy=true",
                "-cp",
                home.resolve("lib") + "/*",
                "org.apache.activemq.artemis.boot.Artemis",
                "run");
    }

    /**
     * The analyzer is off: it would take the pauses between two rounds for a broker that hangs, and halt it. The threads
     * are more than its default of 30, as each SUBSCRIBE of a kept session blocks one and needs another to go on.
     */
    private static String configuration(int port) {
        return """
                <configuration xmlns="urn:activemq">
                  <core xmlns="urn:activemq:core">
                    <name>compare</name>
                    <persistence-enabled>true</persistence-enabled>
                    <security-enabled>false</security-enabled>
                    <journal-type>NIO</journal-type>
                    <journal-datasync>true</journal-datasync>
                    <journal-sync-transactional>true</journal-sync-transactional>
                    <journal-sync-non-transactional>true</journal-sync-non-transactional>
                    <journal-buffer-timeout>500000</journal-buffer-timeout>
                    <thread-pool-max-size>500</thread-pool-max-size>
                    <critical-analyzer>false</critical-analyzer>
                    <max-disk-usage>99</max-disk-usage>
                    <acceptors>
                      <acceptor name="mqtt">tcp://127.0.0.1:%d?protocols=MQTT;useEpoll=true;tcpNoDelay=true</acceptor>
                    </acceptors>
                    <address-settings>
                      <address-setting match="#">
                        <auto-create-queues>true</auto-create-queues>
                        <auto-create-addresses>true</auto-create-addresses>
                        <max-size-bytes>-1</max-size-bytes>
                        <address-full-policy>PAGE</address-full-policy>
                      </address-setting>
                    </address-settings>
                  </core>
                </configuration>
                """.formatted(port);
    }

    /** The virtual machine that this comparison runs in, so that all Java brokers have the same. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
