// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.schema.Table;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as it must be.
 *
 * @param table the table it was seen in, null when it is about files or the whole store
 * @param key the row, null when it is about more than one
 * @param session the session concerned, 0 for none
 * @param what one sentence
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Finding(
        Check check, Severity severity, @Nullable Table table, byte @Nullable [] key, long session, String what) {
    /** How bad it is. */
    public enum Severity {
        /** Untidy, and nothing that was acknowledged is lost by it. */
        FINDING,
        /** Something is lost, or must not be trusted. */
        DAMAGE
    }

    static Finding damage(Check check, @Nullable Table table, byte @Nullable [] key, long session, String what) {
        return new Finding(check, Severity.DAMAGE, table, key, session, what);
    }

    static Finding untidy(Check check, @Nullable Table table, byte @Nullable [] key, long session, String what) {
        return new Finding(check, Severity.FINDING, table, key, session, what);
    }
}
