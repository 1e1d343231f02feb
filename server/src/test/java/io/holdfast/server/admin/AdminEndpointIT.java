// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.metrics.MetricsPage;
import io.holdfast.server.testkit.RunningBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask the admin endpoint, and how much of it anybody can take. */
class AdminEndpointIT extends OperatedBroker {
    /** Sends bytes and returns what comes until the connection ends, or within a second after. */
    private String raw(String request) throws IOException {
        String[] address = admin.address().split(":", 2);
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String authorized(String head) {
        return head + "Authorization: Bearer " + admin.token() + "\r\nConnection: close\r\n\r\n";
    }

    @Test
    @DisplayName("the token is 256 random bits in a file of mode 0600, and stays over a restart")
    void token_always_privateAndKept() throws Exception {
        Path file = folder.resolve(AdminFiles.TOKEN);
        assertThat(Files.readString(file)).matches("[0-9a-f]{64}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        broker.close();
        assertThat(folder.resolve(AdminFiles.ADDRESS)).doesNotExist();
        broker = RunningBroker.start(folder, "admin.enabled=true");
        assertThat(Files.readString(file).strip()).isEqualTo(admin.token());
    }

    @Test
    @DisplayName("a token file that others may read is replaced")
    void token_readableByOthers_replaced() throws Exception {
        broker.close();
        Path file = folder.resolve(AdminFiles.TOKEN);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        broker = RunningBroker.start(folder, "admin.enabled=true");
        assertThat(Files.readString(file).strip()).isNotEqualTo(admin.token());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(new AdminClient(folder).get("/api/v1/sessions").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer ", "Bearer 00", "Basic YTpi", "bearer"})
    @DisplayName("K32 T40 without the right token nothing is told, whatever the method and path")
    void request_wrongToken_unauthorized(String authorization) throws Exception {
        for (String method : List.of("GET", "POST", "DELETE")) {
            AdminClient.Answer answer = admin.send(method, "/api/v1/sessions/x", authorization);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.error()).contains(AdminFiles.TOKEN).doesNotContain(admin.token());
        }
        assertThat(admin.send("GET", "/nothing", authorization).status()).isEqualTo(401);
    }

    @Test
    @DisplayName("K32 T40 the token counts whole: neither a part of it nor more than it")
    void request_partOfToken_unauthorized() throws Exception {
        String token = admin.token();
        for (String almost : List.of(token.substring(0, token.length() - 1), token.substring(1), token + "0")) {
            assertThat(admin.send("GET", "/api/v1/sessions", "Bearer " + almost).status())
                    .isEqualTo(401);
        }
    }

    @Test
    @DisplayName("health is told to everybody")
    void health_always_open() throws Exception {
        assertThat(admin.send("GET", "/health/live", "").status()).isEqualTo(200);
        assertThat(admin.send("GET", "/health/ready", "").status()).isEqualTo(200);
    }

    @Test
    @DisplayName("K32 T40 a web page's request is refused, with the token too: Origin, or a Host that is not ours")
    void request_fromBrowser_refused() throws Exception {
        assertThat(raw(authorized("GET /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n")))
                .startsWith("HTTP/1.1 403");
        for (String host : List.of("evil.example", "127.0.0.1.evil.example:9883", "", "localhost@evil.example")) {
            assertThat(raw(authorized("GET /health/live HTTP/1.1\r\nHost: " + host + "\r\n")))
                    .as(host)
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(raw(authorized("GET /health/live HTTP/1.1\r\nHost: localhost:1\r\n")))
                .startsWith("HTTP/1.1 200");
        assertThat(raw(authorized("GET /api/v1/sessions HTTP/1.1\r\nHost: [::1]\r\n")))
                .startsWith("HTTP/1.1 200")
                .doesNotContainIgnoringCase("access-control");
    }

    @Test
    @DisplayName("K30 names that are a web page's code come as JSON that says so, and no browser may guess otherwise")
    void names_markup_answeredAsJson() throws Exception {
        String id = "<script>alert(1)</script>";
        sleeping(id, "</td><img src=x onerror=alert(2)>", QoS.AT_LEAST_ONCE);
        String path = "/api/v1/sessions/" + AdminClient.encoded(id);
        for (String each : List.of(path, "/api/v1/sessions", "/api/v1/topics", "/nothing" + AdminClient.encoded(id))) {
            String answer = raw(authorized("GET " + each + " HTTP/1.1\r\nHost: localhost\r\n"));
            assertThat(answer.toLowerCase(Locale.ROOT))
                    .contains("content-type: application/json", "x-content-type-options: nosniff");
        }
        assertThat(raw(authorized("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n")))
                .contains(id);
    }

    @Test
    @DisplayName("K33 T40 a body of more than 64 KiB, an endless header and what is no HTTP end the connection")
    void request_tooLarge_refused() throws Exception {
        String head = "POST /api/v1/sessions/x/expire HTTP/1.1\r\nHost: localhost\r\n";
        assertThat(raw(authorized(head + "Content-Length: 70000\r\n"))).startsWith("HTTP/1.1 413");
        assertThat(raw(head + "Transfer-Encoding: chunked\r\n\r\n11170\r\n" + "x".repeat(70_000) + "\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(raw(head + "X: " + "x".repeat(20_000) + "\r\n\r\n")).startsWith("HTTP/1.1 431");
        assertThat(raw("GET /" + "x".repeat(70_000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 414");
        assertThat(raw("\u0010\u0002\u0000 nothing that HTTP knows\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(admin.get("/api/v1/sessions").status()).isEqualTo(200);
    }

    @Test
    @DisplayName("T40 a header, or a body, that does not come whole within its time ends, though bytes go on coming")
    void request_slow_timedOut() throws Exception {
        String[] address = admin.address().split(":", 2);
        long began = System.nanoTime();
        try (Socket header = new Socket(address[0], Integer.parseInt(address[1]));
                Socket body = new Socket(address[0], Integer.parseInt(address[1]))) {
            String head = "POST /api/v1/sessions/x/purge HTTP/1.1\r\nHost: localhost\r\n";
            header.getOutputStream().write((head + "X: ").getBytes(StandardCharsets.UTF_8));
            body.getOutputStream().write((head + "Content-Length: 1000\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            assertThat(answerWhileSending(header)).startsWith("HTTP/1.1 408");
            assertThat(answerWhileSending(body)).startsWith("HTTP/1.1 408");
        }
        assertThat(System.nanoTime() - began).isBetween(8_000_000_000L, 60_000_000_000L);
    }

    /** Sends a byte now and then until an answer comes. */
    private static String answerWhileSending(Socket socket) throws IOException {
        socket.setSoTimeout(250);
        byte[] answer = new byte[4_096];
        while (true) {
            socket.getOutputStream().write('x');
            try {
                return new String(answer, 0, socket.getInputStream().read(answer), StandardCharsets.UTF_8);
            } catch (SocketTimeoutException e) {
                assertThat(socket.isClosed()).isFalse();
            }
        }
    }

    @Test
    @DisplayName("T40 requests sent at once are answered one by one, in their order")
    void requests_pipelined_answeredInOrder() throws Exception {
        String get = " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + admin.token() + "\r\n\r\n";
        String answers = raw("GET /api/v1/sessions" + get + "GET /health/live" + get + "GET /api/v1/sessions/nobody"
                + get + "GET /health/ready" + get + authorized("GET /nothing HTTP/1.1\r\nHost: localhost\r\n"));
        assertThat(answers)
                .containsSubsequence("\"sessions\"", "\"live\"", "no client has", "\"ready\"", "no such operation");
        assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(6);
    }

    @Test
    @DisplayName("T40 guessing is slow: of more than 100 requests a second without the token the rest get 429")
    void requests_manyWithoutToken_tooMany() throws Exception {
        String probe = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";
        String burst = (probe + "\r\n").repeat(299) + probe + "Connection: close\r\n\r\n";
        assertThat(raw(burst)).contains("HTTP/1.1 200");
        await().until(() -> raw(burst).contains("HTTP/1.1 429")); // A busy machine may need seconds for so many.
        assertThat(admin.get("/api/v1/sessions").status())
                .as("who has the token")
                .isEqualTo(200);
    }

    @Test
    @DisplayName("T40 no path leads to a file: dots, encoded slashes and zero bytes are client identifiers, or nothing")
    void path_traversal_notFound() throws Exception {
        for (String path : List.of(
                "/../admin-token",
                "/api/v1/sessions/..%2f..%2fadmin-token",
                "/api/v1/sessions/%2e%2e%2fadmin-token",
                "/api/v1/sessions/x%00/../../admin-token",
                "/openapi.json/../admin-token",
                "//etc/passwd",
                "/health/live/../../api/v1/sessions")) {
            String answer = raw(authorized("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n"));
            assertThat(answer).as(path).startsWith("HTTP/1.1 404").doesNotContain(admin.token());
        }
    }

    @Test
    @DisplayName("T40 a token of another broker, or an old one, is none")
    void request_oldToken_unauthorized() throws Exception {
        String old = admin.token();
        broker.close();
        Files.delete(folder.resolve(AdminFiles.TOKEN));
        broker = RunningBroker.start(folder, "admin.enabled=true");
        admin = new AdminClient(folder);
        assertThat(admin.send("GET", "/api/v1/sessions", "Bearer " + old).status())
                .isEqualTo(401);
        assertThat(admin.get("/api/v1/sessions").status()).isEqualTo(200);
    }

    @Test
    @DisplayName("T40 the 33rd connection is closed, and one that ends makes room")
    void connections_tooMany_closed() throws Exception {
        String[] address = admin.address().split(":", 2);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 32; i++) {
                sockets.add(new Socket(address[0], Integer.parseInt(address[1])));
            }
            try (Socket more = new Socket(address[0], Integer.parseInt(address[1]))) {
                more.setSoTimeout(60_000);
                assertThat(more.getInputStream().read()).isNegative();
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        await().ignoreExceptions().until(() -> admin.get("/api/v1/sessions").status() == 200);
    }

    @Test
    @DisplayName("a configured port in use is an error; the default one gives way")
    void port_taken_configuredOnlyIsError() throws Exception {
        Path other = folder.resolve("other");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> RunningBroker.start(other, "admin.enabled=true", "admin.port=" + port))
                    .isInstanceOf(AdminAddressException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
            Files.createDirectories(other);
            MetricsPage metrics = new MetricsPage("1", "sync", other, new Counters(1), Map::of, () -> null);
            AdminConfig config = new AdminConfig(true, port, false, true);
            try (AdminEndpoint endpoint = AdminEndpoint.start(config, other, metrics, () -> null)) {
                assertThat(endpoint.hasMoved()).isTrue();
                assertThat(endpoint.address().getPort()).isNotEqualTo(port);
                AdminClient there = new AdminClient(other);
                assertThat(there.send("GET", "/health/live", "").status()).isEqualTo(200);
                assertThat(there.send("GET", "/health/ready", "").status())
                        .as("no life serves")
                        .isEqualTo(503);
                assertThat(there.send("GET", "/health/durable", "").status()).isEqualTo(503);
                assertThat(there.get("/api/v1/sessions").status()).isEqualTo(503);
                assertThat(there.text("/metrics", "", "").body())
                        .contains("holdfast_store_state 2.0")
                        .doesNotContain("holdfast_sessions");
            }
        }
    }

    @Test
    @DisplayName("an unknown operation or parameter is an error with a sentence")
    void request_unknown_error() throws Exception {
        assertThat(admin.get("/api/v1/../../etc/passwd").status()).isEqualTo(404);
        assertThat(admin.post("/api/v1/sessions").status()).isEqualTo(404);
        assertThat(admin.get("/api/v1/sessions?clinet=a").error()).contains("clinet", "client");
        assertThat(admin.get("/api/v1/sessions?limit=0").error()).contains("limit", "1 to 1000");
        assertThat(admin.get("/api/v1/sessions?sort=size").error()).contains("depth");
        assertThat(raw(authorized("GET /api/v1/sessions/%zz HTTP/1.1\r\nHost: localhost\r\n")))
                .startsWith("HTTP/1.1 400");
    }
}
