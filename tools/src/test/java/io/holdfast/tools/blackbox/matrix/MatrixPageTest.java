// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The table of features and clients, read from the rows themselves. */
final class MatrixPageTest {
    private static final String WRITE_PROPERTY = "matrix.write";

    private static final List<Class<?>> ROWS =
            List.of(MessageMatrixIT.class, SessionMatrixIT.class, SubscriptionMatrixIT.class, ConnectionMatrixIT.class);

    private static final String HEAD = """
            # Clients

            MQTT 5.0 feature by feature with real clients, each row a test in `mvn verify`. "-" means that the client itself lacks
            the feature; the reason stands below. Clients for MQTT 3.1.1 (Eclipse Paho, HiveMQ, mosquitto) have tests of their own.

            Written by `mvn verify -pl tools -am -Dtest=MatrixPageTest -Dmatrix.write`. Do not edit.

            """;

    @Test
    @DisplayName("docs/clients.md says what the matrix tests")
    void page_always_fresh() throws IOException {
        Path file = Path.of(System.getProperty("holdfast.root", "..")).resolve("docs/clients.md");
        if (System.getProperty(WRITE_PROPERTY) != null) {
            Files.writeString(file, page());
        }
        assertThat(page()).isEqualTo(Files.readString(file));
    }

    private static String page() {
        List<Method> rows = ROWS.stream().flatMap(MatrixPageTest::rows).toList();
        String table = rows.stream().map(MatrixPageTest::line).collect(Collectors.joining());
        String reasons = rows.stream().flatMap(MatrixPageTest::reasons).collect(Collectors.joining());
        return HEAD + cells("feature", Client::title) + cells("---", client -> "---") + table + "\n" + reasons;
    }

    private static Stream<Method> rows(Class<?> rows) {
        // The compiler may put methods into any order.
        return Arrays.stream(rows.getDeclaredMethods())
                .filter(method -> EachClientSource.feature(method).isPresent())
                .sorted(Comparator.comparing(method -> feature(method)));
    }

    private static String feature(Method row) {
        return EachClientSource.feature(row).orElseThrow();
    }

    private static String line(Method row) {
        return cells(
                feature(row), client -> EachClientSource.cannot(row, client).isPresent() ? "-" : "yes");
    }

    private static String cells(String first, Function<Client, String> cell) {
        return Arrays.stream(Client.values())
                .map(cell)
                .collect(Collectors.joining(" | ", "| " + first + " | ", " |\n"));
    }

    private static Stream<String> reasons(Method row) {
        return Arrays.stream(Client.values()).flatMap(client -> {
            Optional<String> why = EachClientSource.cannot(row, client);
            return why.map(text -> "- " + client.title() + ", " + feature(row) + ": " + text + ".\n").stream();
        });
    }
}
