// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.nio.file.Path;

/**
 * Where something is said.
 *
 * @param line from 1
 * @param order among all lines that are read, over all files
 */
record Place(Path file, int line, int order) {
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
