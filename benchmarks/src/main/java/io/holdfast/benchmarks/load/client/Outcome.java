// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

/** Is told once how something that a client began has ended; on that client's event loop. */
public interface Outcome {
    void succeeded();

    /**
     * Tells of a failure.
     *
     * @param reason part of a sentence, such as {@code the broker closed the connection}
     */
    void failed(String reason);
}
