// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

/** The load could not be made. The message is a sentence for whoever started it: what, where, and what to do. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LoadException(String sentence) {
        super(sentence);
    }
}
