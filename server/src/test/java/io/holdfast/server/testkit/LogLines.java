// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/** What a logger and those below it say from some level on, instead of where it would go. */
public final class LogLines implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final AppenderBase<ILoggingEvent> listener = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    };

    /** Listens from now on, to {@code info} and worse. */
    public LogLines(String name) {
        this(name, Level.INFO);
    }

    /** Listens from now on, to this level and worse. */
    public LogLines(String name, Level level) {
        logger = (Logger) LoggerFactory.getLogger(name);
        listener.start();
        logger.addAppender(listener);
        logger.setLevel(level);
        logger.setAdditive(false);
    }

    /** Those so far; grows. */
    public List<String> lines() {
        return lines;
    }

    /** Those that begin so. */
    public List<String> beginning(String start) {
        return lines.stream().filter(line -> line.startsWith(start)).toList();
    }

    /** Waits for a line that is all of this. */
    public void await(String regex) {
        Awaitility.await().untilAsserted(() -> assertThat(lines).anyMatch(line -> line.matches(regex)));
    }

    @Override
    public void close() {
        logger.detachAppender(listener);
        logger.setLevel(null);
        logger.setAdditive(true);
    }
}
