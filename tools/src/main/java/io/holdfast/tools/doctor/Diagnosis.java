// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

/**
 * What one look at this machine has found.
 *
 * @param check what was looked at, one word
 * @param what what was found and what it means
 * @param advice what to do, empty when nothing is to be done
 */
record Diagnosis(String check, Level level, String what, String advice) {
    /** How bad it is. */
    enum Level {
        ok,
        /** The broker works, but slower, with less room or with less certainty than it could. */
        warn,
        /** The broker will not start, or will not keep what it promises. */
        fail
    }

    static Diagnosis ok(String check, String what) {
        return new Diagnosis(check, Level.ok, what, "");
    }

    static Diagnosis warn(String check, String what, String advice) {
        return new Diagnosis(check, Level.warn, what, advice);
    }

    static Diagnosis fail(String check, String what, String advice) {
        return new Diagnosis(check, Level.fail, what, advice);
    }
}
