// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.Iterator;
import org.slf4j.LoggerFactory;

/**
 * Gives the process's log its form and levels, at the start and again whenever they change. Any thread; events that are
 * written meanwhile come out in the old form or the new one.
 */
public final class LogOutput {
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level %logger{0} %msg%n%rEx{full}";

    private LogOutput() {}

    /** Applies it; does nothing where another logging library than the product's is in use. */
    public static synchronized void apply(LogConfig config) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            apply(context, config);
        }
    }

    static void apply(LoggerContext context, LogConfig config) {
        levels(context, config);
        Iterator<Appender<ILoggingEvent>> appenders =
                context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        while (appenders.hasNext()) {
            if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> appender
                    && appender.getEncoder() instanceof JsonEncoder != config.json()) {
                appender.setEncoder(encoder(context, config.json()));
            }
        }
    }

    private static void levels(LoggerContext context, LogConfig config) {
        Level level = Level.toLevel(config.level());
        context.getLogger("io.holdfast").setLevel(level);
        context.getLogger("holdfast").setLevel(level);
        for (LogArea area : LogArea.values()) {
            String own = config.levels().get(area);
            for (String name : area.loggers()) {
                context.getLogger(name).setLevel(own == null ? null : Level.toLevel(own)); // Null: that of its parent.
            }
        }
    }

    static Encoder<ILoggingEvent> encoder(LoggerContext context, boolean json) {
        Encoder<ILoggingEvent> encoder = json ? jsonEncoder() : textEncoder(context);
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static JsonEncoder jsonEncoder() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithArguments(false);
        encoder.setWithMessage(false);
        encoder.setWithFormattedMessage(true);
        return encoder;
    }

    private static PatternLayoutEncoder textEncoder(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        return encoder;
    }
}
