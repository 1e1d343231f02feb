// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.Map;

/**
 * What the log is told.
 *
 * @param json whether each event is an object of JSON in one line; else a line for people
 * @param level off, error, warn, info, debug or trace
 * @param levels those of areas that have another one
 */
public record LogConfig(boolean json, String level, Map<LogArea, String> levels) {
    public LogConfig {
        levels = Map.copyOf(levels);
    }
}
