// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An operator's program that knows the data folder and nothing else. */
public final class AdminClient {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;
    private final String token;

    public AdminClient(Path folder) throws IOException {
        address = Files.readString(folder.resolve(AdminFiles.ADDRESS)).strip();
        token = Files.readString(folder.resolve(AdminFiles.TOKEN)).strip();
    }

    /** What came back. */
    public record Answer(int status, Map<String, Object> tree) {
        String error() {
            return String.valueOf(tree.get("error"));
        }

        long number(String field) {
            return (Long) tree.get(field);
        }

        @SuppressWarnings("unchecked")
        List<Map<String, Object>> list(String field) {
            return (List<Map<String, Object>>) tree.get(field);
        }
    }

    String address() {
        return address;
    }

    public String token() {
        return token;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, "Bearer " + token);
    }

    Answer post(String path) throws IOException, InterruptedException {
        return send("POST", path, "Bearer " + token);
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, "Bearer " + token);
    }

    @SuppressWarnings("unchecked")
    public Answer send(String method, String path, String authorization) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        while (response.statusCode() == 408) { // This machine stood still while it sent: nothing was done.
            response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        return new Answer(response.statusCode(), (Map<String, Object>) Json.parse(response.body()));
    }

    /** What is no JSON. */
    HttpResponse<String> text(String path, String authorization, String accept)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        if (!accept.isEmpty()) {
            request.header("Accept", accept);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
