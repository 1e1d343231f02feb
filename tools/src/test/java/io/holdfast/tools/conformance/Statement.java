// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A numbered statement that binds a server, in our own words.
 *
 * @param tag as it stands in code and tests, without brackets
 * @param owner whose duty it is: the server's, that of both ends, or the client's where a server must see to it
 * @param acrossCrash whether it is only held if it also holds after a SIGKILL and a restart
 */
record Statement(String tag, String owner, boolean acrossCrash, String inShort) {

    /** The statements of one standard, in its order. */
    static List<Statement> read(Standard standard) throws IOException {
        return lines(standard.resource()).stream()
                .map(line -> line.split("\t", -1))
                .map(cells -> new Statement(standard.prefix() + cells[0], cells[1], cells[2].equals("crash"), cells[3]))
                .toList();
    }

    /** The lines of a resource of this package's folder that are no remarks. */
    static List<String> lines(String resource) throws IOException {
        try (InputStream in = Statement.class.getResourceAsStream("/conformance/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }

    /** The two standards; the id of a statement means something else in each. */
    enum Standard {
        MQTT_3_1_1("MQTT 3.1.1", "MQTT-", "mqtt311.tsv"),
        MQTT_5("MQTT 5.0", "MQTT5-", "mqtt5.tsv");

        private final String title;
        private final String prefix;
        private final String resource;

        Standard(String title, String prefix, String resource) {
            this.title = title;
            this.prefix = prefix;
            this.resource = resource;
        }

        String title() {
            return title;
        }

        String prefix() {
            return prefix;
        }

        String resource() {
            return resource;
        }
    }
}
