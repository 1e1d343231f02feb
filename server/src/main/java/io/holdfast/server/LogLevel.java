// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much the broker tells. */
public final class LogLevel {
    private static final String ROOT = "io.holdfast";

    private LogLevel() {}

    /** From now on everything of Holdfast logs at this level: error, warn, info, debug or trace. Any thread. */
    public static void use(String level) {
        if (LoggerFactory.getLogger(ROOT) instanceof Logger logger) {
            logger.setLevel(Level.toLevel(level, Level.INFO));
        }
    }
}
