// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.server.admin.AdminFiles;
import io.holdfast.server.admin.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests to the broker that runs on a data folder. */
public final class AdminCall {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();
    private final Path folder;
    private final String address;
    private final String token;

    public AdminCall(Path folder) throws AdminCallException {
        this.folder = folder;
        address = line(AdminFiles.ADDRESS);
        token = line(AdminFiles.TOKEN);
    }

    private String line(String file) throws AdminCallException {
        try {
            return Files.readString(folder.resolve(file), StandardCharsets.US_ASCII)
                    .strip();
        } catch (NoSuchFileException e) {
            throw notRunning();
        } catch (IOException e) {
            throw new AdminCallException(
                    AdminCallException.EXIT_NO_BROKER, "cannot read " + folder.resolve(file) + ": " + e.getMessage());
        }
    }

    private AdminCallException notRunning() {
        return new AdminCallException(
                AdminCallException.EXIT_NO_BROKER,
                "no broker with an admin endpoint runs on " + folder + "; start one, or look into the folder with"
                        + " 'holdfast store'");
    }

    /** A broker knows the token of its folder: who does not has come by the address of one that was killed. */
    private AdminCallException refused(int status, Map<String, @Nullable Object> answer) {
        return status == UNAUTHORIZED
                ? notRunning()
                : new AdminCallException(AdminCallException.EXIT_REFUSED, String.valueOf(answer.get("error")));
    }

    /** A path part or a parameter's value, percent-encoded. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Sends one request and returns the tree of its answer.
     *
     * @throws AdminCallException when no broker answers, or it answers with an error
     */
    public Map<String, @Nullable Object> send(String method, String path) throws AdminCallException {
        try {
            HttpRequest request = request(method, path);
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            Map<String, @Nullable Object> tree = object(Json.parse(response.body()));
            if (response.statusCode() != OK) {
                throw refused(response.statusCode(), tree);
            }
            return tree;
        } catch (ConnectException e) {
            throw notRunning(); // The address of a broker that was killed.
        } catch (IOException | IllegalArgumentException e) {
            throw new AdminCallException(
                    AdminCallException.EXIT_NO_BROKER, "the admin endpoint at " + address + " gives no answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdminCallException(AdminCallException.EXIT_REFUSED, "interrupted");
        }
    }

    /** Takes a line; false when it wants no more. */
    interface LineTaker {
        boolean take(String line) throws IOException;
    }

    /**
     * Reads lines as they come, until the broker or the taker ends it.
     *
     * @throws AdminCallException as above
     */
    void stream(String path, LineTaker taker) throws AdminCallException, IOException {
        HttpRequest request = request("GET", path);
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                String line = lines.readLine();
                if (response.statusCode() != OK) {
                    Map<String, @Nullable Object> tree = object(Json.parse(line == null ? "" : line));
                    throw refused(response.statusCode(), tree);
                }
                while (line != null && taker.take(line)) {
                    line = lines.readLine();
                }
            }
        } catch (ConnectException e) {
            throw notRunning();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdminCallException(AdminCallException.EXIT_REFUSED, "interrupted");
        }
    }

    private HttpRequest request(String method, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + address + path))
                .header("Authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
    }

    /** A tree that has to be an object. */
    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> object(@Nullable Object tree) throws IOException {
        if (tree instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IOException("it is not Holdfast's");
    }

    /** The list in a field of an answer. */
    static List<?> list(Map<String, @Nullable Object> tree, String field) {
        return tree.get(field) instanceof List<?> list ? list : List.of();
    }
}
