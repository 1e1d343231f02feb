// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.io.IOException;

/** A file of mosquitto cannot be taken over. The message is a sentence, without its subject, the file, that says where and why. */
final class MosquittoFileException extends IOException {
    private static final long serialVersionUID = 1;

    MosquittoFileException(String sentence) {
        super(sentence);
    }
}
