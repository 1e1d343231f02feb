// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

/** The broker broke a promise. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }
}
