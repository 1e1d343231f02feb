// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.tidy;

/**
 * One offence.
 *
 * @param file relative to the root of the repository
 * @param line counted from 1; 0 where the file as a whole offends
 * @param what what is wrong, as a sentence's predicate
 */
record Finding(String file, int line, String what) {
    @Override
    public String toString() {
        return file + (line == 0 ? "" : ":" + line) + " " + what;
    }
}
