// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import org.jspecify.annotations.Nullable;

/** Whether what somebody has proven still stands, after accounts have changed. On event loops: answers at once. */
public interface Standing {
    /** Everybody stays who they are: for a broker whose accounts never change. */
    Standing ALWAYS = new Standing() {
        @Override
        public boolean stands(String user, Object proof) {
            return true;
        }

        @Override
        public boolean mayExist(@Nullable String user) {
            return true;
        }
    };

    /**
     * Whether a proof that was accepted once is worth the same now.
     *
     * @param proof of {@link AuthenticationStep.Accepted}
     */
    boolean stands(String user, Object proof);

    /** Whether a user who was known once may still exist: false when its account is gone. Null is nobody, who always may. */
    boolean mayExist(@Nullable String user);
}
