// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import io.holdfast.protocol.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Something that knows users by what CONNECT carries in User Name and Password: a password file, tokens, another system.
 * Several are asked in order; the first that answers decides. Any thread.
 */
public interface PasswordCheck {
    /** The one answer to a wrong password and to a user whom nobody knows (T34). */
    AuthenticationStep.Refused WRONG =
            new AuthenticationStep.Refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "wrong user name or password");

    /**
     * What is known without work, on the client's event loop: microseconds, no waiting.
     *
     * @return null when it takes more: then {@link #judge} is asked on another thread
     */
    default @Nullable AuthenticationStep atOnce(Credentials credentials) {
        return null;
    }

    /**
     * Judges a client on one of the few threads for passwords: may compute.
     *
     * @return {@code Accepted} or {@code Refused}; null when such credentials are not this check's to judge
     */
    @Nullable
    AuthenticationStep judge(Credentials credentials);
}
