// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The description of the endpoint tells what the endpoint does, and nothing else. */
class OpenApiTest {
    private static Map<?, ?> description() throws IOException {
        try (InputStream text = Pages.class.getResourceAsStream(Pages.OPENAPI)) {
            return (Map<?, ?>) Json.parse(new String(text.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Map<?, ?> map(Object tree, String field) {
        return (Map<?, ?>) ((Map<?, ?>) tree).get(field);
    }

    @Test
    @DisplayName("each method and path that is answered is described, and nothing else is")
    void paths_always_thoseAnswered() throws Exception {
        List<String> described = new ArrayList<>();
        map(description(), "paths")
                .forEach((path, methods) -> ((Map<?, ?>) methods)
                        .keySet()
                        .forEach(
                                method -> described.add(String.valueOf(method).toUpperCase(Locale.ROOT) + " " + path)));
        List<String> answered = new ArrayList<>(List.of(TailStream.METHOD + " " + TailStream.PATH));
        Pages.ALL.forEach(page -> answered.add("GET " + page.path()));
        Operations.ALL.forEach(operation -> answered.add(operation.name()));
        assertThat(answered).doesNotHaveDuplicates();
        assertThat(described).containsExactlyInAnyOrderElementsOf(answered);
    }

    @Test
    @DisplayName("each part of a path in braces is described as a parameter, and each operation has an id of its own")
    void operations_always_completeAndDistinct() throws Exception {
        List<Object> ids = new ArrayList<>();
        map(description(), "paths")
                .forEach((path, methods) -> ((Map<?, ?>) methods).forEach((method, operation) -> {
                    ids.add(((Map<?, ?>) operation).get("operationId"));
                    List<?> parameters =
                            ((Map<?, ?>) operation).get("parameters") instanceof List<?> list ? list : List.of();
                    List<String> inPath = parameters.stream()
                            .map(parameter -> (Map<?, ?>) parameter)
                            .filter(parameter -> "path".equals(parameter.get("in")))
                            .map(parameter -> "{" + parameter.get("name") + "}")
                            .toList();
                    List<String> braces = Stream.of(String.valueOf(path).split("/", -1))
                            .filter(part -> part.startsWith("{"))
                            .toList();
                    assertThat(inPath).as("%s %s", method, path).isEqualTo(braces);
                }));
        assertThat(ids).doesNotContainNull().doesNotHaveDuplicates();
    }
}
