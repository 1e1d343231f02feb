// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.io.IOException;

/** A file is no {@code mosquitto.db} that can be taken over. The message is a sentence that says where and what to do. */
final class DatabaseException extends IOException {
    private static final long serialVersionUID = 1;

    DatabaseException(String sentence) {
        super(sentence);
    }
}
