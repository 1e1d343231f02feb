// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.tools.blackbox.broker.Ports;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    static final SharedBroker BROKER = new SharedBroker("listeners.web.type=websocket", "listeners.web.port=" + PORT);

    @TempDir
    Path folder;

    private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();

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
        HttpServer pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/", this::answer);
        pages.start();
        Process browser = browser(pages.getAddress().getPort());
        try {
            List<String> said = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                said.add(String.valueOf(reports.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)));
            }
            assertThat(said)
                    .as(Files.readString(folder.resolve("log")))
                    .containsExactlyInAnyOrder("0: Grüße 0, 1: Grüße 1, 2: Grüße 2", "the stranger is refused");
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly().waitFor();
            pages.stop(0);
        }
    }

    private Process browser(int port) throws IOException {
        return new ProcessBuilder(
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
                        "--user-data-dir=" + folder.resolve("profile"),
                        "http://127.0.0.1:" + port + "/page.html")
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

    private static byte[] page(String path, int port) throws IOException {
        try (InputStream in = BrowserIT.class.getResourceAsStream("/browser" + path)) {
            if (in == null) {
                throw new IOException("no resource " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("PAGE_PORT", String.valueOf(port))
                    .replace("BROKER_PORT", String.valueOf(PORT))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }
}
