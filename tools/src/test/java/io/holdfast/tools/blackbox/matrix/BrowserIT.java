// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.server.testkit.Certificates;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.tools.blackbox.broker.Ports;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** MQTT.js in a page that a real browser shows. */
@RequiresTool({"chromium", "node", "npm"})
final class BrowserIT {
    private static final int PORT = freePort();
    private static final int PATIENCE_SECONDS = 60;

    @RegisterExtension
    static final SharedBroker BROKER =
            new SharedBroker("connect-timeout=5m", "listeners.web.type=websocket", "listeners.web.port=" + PORT);

    @TempDir
    Path folder;

    private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
    private int port = PORT;

    /** What a page waits for while it is away. */
    private Away away = () -> {};

    private interface Away {
        void run() throws IOException;
    }

    private static int freePort() {
        try {
            return Ports.free();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName(
            "T37 [MQTT5-6.0.0-4] a page of this machine publishes and receives at QoS 0 to 2, one of another origin is refused")
    void page_ownAndStrange_servedAndRefused() throws Exception {
        assertThat(said(2, "http://127.0.0.1:%d/page.html"))
                .as(Files.readString(folder.resolve("log")))
                .containsExactlyInAnyOrder("0: Grüße 0, 1: Grüße 1, 2: Grüße 2", "the stranger is refused");
    }

    @Test
    @DisplayName(
            "T37 over TLS a page is served at QoS 0 to 2, comes back to its session and gets what was sent meanwhile")
    void page_overTls_keepsItsSession() throws Exception {
        Certificates certificates = Certificates.in(folder);
        X509Bundle server = certificates.server();
        byte[] key = server.getCertificate().getPublicKey().getEncoded();
        String known = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        try (RunningBroker broker = RunningBroker.start(
                folder.resolve("data"),
                "listeners.web.type=secure-websocket",
                "listeners.web.port=0",
                "listeners.web.tls.certificate=" + certificates.certificateFile("server", server),
                "listeners.web.tls.private-key=" + certificates.keyFile("server", server))) {
            port = broker.broker().listeners().get(1).addresses().get(0).getPort();
            away = () -> publishThree(broker);
            assertThat(said(4, "http://localhost:%d/secure.html", "--ignore-certificate-errors-spki-list=" + known))
                    .as(Files.readString(folder.resolve("log")))
                    .containsExactly(
                            "visit 1 finds no session",
                            "0: Grüße 0, 1: Grüße 1, 2: Grüße 2",
                            "visit 2 finds its session",
                            "1: away 1, 1: away 2, 2: away 3");
        }
    }

    private static void publishThree(RunningBroker broker) throws IOException {
        try (WireClient publisher = broker.connect("publisher", true)) {
            for (int i = 1; i <= 2; i++) {
                publisher.send(WireClient.publish("browser/away", "away " + i, QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
            publisher.send(WireClient.publish("browser/away", "away 3", QoS.EXACTLY_ONCE, 3));
            publisher.expect(PubRec.class); // On disk and in the session's queue.
            publisher.send(new PubRel(3));
            publisher.expect(PubComp.class);
        }
    }

    /**
     * What pages report while a browser shows one of them.
     *
     * @param count of reports to wait for
     * @param address of the page, with %d for the port
     */
    private List<String> said(int count, String address, String... options) throws Exception {
        HttpServer pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/", this::answer);
        pages.start();
        Process browser =
                browser(String.format(Locale.ROOT, address, pages.getAddress().getPort()), options);
        try {
            List<String> said = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                said.add(String.valueOf(reports.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)));
            }
            return said;
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly().waitFor();
            pages.stop(0);
        }
    }

    private Process browser(String address, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("profile")));
        command.addAll(List.of(options));
        command.add(address);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = new byte[0];
        int status = 200;
        if (path.equals("/report")) {
            reports.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        } else if (path.equals("/away")) {
            away.run();
        } else if (path.equals("/mqtt.min.js")) {
            body = Files.readAllBytes(mqttJs());
            exchange.getResponseHeaders().set("content-type", "text/javascript");
        } else if (path.endsWith(".html")) {
            body = page(path, exchange.getLocalAddress().getPort());
            exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
        } else {
            status = 404;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Path mqttJs() throws IOException {
        try {
            return NodeProcess.installed().resolve("node_modules/mqtt/dist/mqtt.min.js");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while MQTT.js was installed", e);
        }
    }

    private byte[] page(String path, int pagePort) throws IOException {
        try (InputStream in = BrowserIT.class.getResourceAsStream("/browser" + path)) {
            if (in == null) {
                throw new IOException("no resource " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("PAGE_PORT", String.valueOf(pagePort))
                    .replace("BROKER_PORT", String.valueOf(port))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }
}
