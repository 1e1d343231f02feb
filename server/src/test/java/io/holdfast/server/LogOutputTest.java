// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The log's form and levels, in a logging context of its own. */
class LogOutputTest {
    private final LoggerContext context = new LoggerContext();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void appender() {
        context.setMDCAdapter(new LogbackMDCAdapter()); // Which slf4j gives to the context of the process.
        OutputStreamAppender<ch.qos.logback.classic.spi.ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        LogOutput.apply(context, new LogConfig(false, "info", Map.of()));
        appender.setEncoder(LogOutput.encoder(context, false));
        appender.setOutputStream(out);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private String[] written() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text.isEmpty() ? new String[0] : text.split("\n", -1);
    }

    private static Map<String, String> json(String line) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == com.fasterxml.jackson.core.JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
                parser.skipChildren();
            }
        }
        return fields;
    }

    @Test
    @DisplayName("levels change while the broker runs, for everything and for one area, and go back")
    void apply_levels_changeAtRunTime() {
        Logger connections = context.getLogger("holdfast.connection");
        Logger transport = context.getLogger("io.holdfast.server.transport.Connections");
        Logger store = context.getLogger("io.holdfast.storage.store.RocksStore");
        assertThat(connections.getEffectiveLevel()).isEqualTo(Level.INFO);
        LogOutput.apply(context, new LogConfig(false, "warn", Map.of(LogArea.CONNECTION, "debug")));
        assertThat(connections.isDebugEnabled()).isTrue();
        assertThat(transport.isDebugEnabled()).isTrue();
        assertThat(store.isInfoEnabled()).isFalse();
        LogOutput.apply(context, new LogConfig(false, "info", Map.of(LogArea.STORE, "off")));
        assertThat(connections.getEffectiveLevel()).isEqualTo(Level.INFO);
        assertThat(store.isErrorEnabled()).isFalse();
    }

    @Test
    @DisplayName("T35 in JSON each event is one line, whatever it holds, and a stack trace too; text comes back")
    void apply_json_oneLineEach() throws Exception {
        Logger audit = context.getLogger("holdfast.audit");
        LogOutput.apply(context, new LogConfig(true, "info", Map.of()));
        audit.info("target={}", "a\"b\nc\u202e");
        audit.error("it failed", new IllegalStateException("why\nso"));
        String[] lines = written();
        assertThat(lines).hasSize(3);
        assertThat(lines[2]).isEmpty();
        assertThat(json(lines[0]))
                .containsEntry("formattedMessage", "target=a\"b\nc\u202e")
                .containsEntry("level", "INFO")
                .containsEntry("loggerName", "holdfast.audit");
        assertThat(json(lines[1])).containsKey("throwable").containsEntry("level", "ERROR");
        LogOutput.apply(context, new LogConfig(false, "info", Map.of()));
        audit.info("again");
        assertThat(written()[0]).matches("[0-9-]{10}T[0-9:.]+ INFO  audit again");
    }
}
