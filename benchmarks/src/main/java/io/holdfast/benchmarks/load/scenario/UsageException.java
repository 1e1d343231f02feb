// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

/** What was typed cannot be done. The message is one sentence; picocli's own would come with pages of help. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String sentence) {
        super(sentence);
    }
}
