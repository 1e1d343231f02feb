// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether a store that is read lacks rows at its end: RocksDB leaves out, without a word, what stands behind a damage. */
public final class LogEnd {
    private LogEnd() {}

    /** How far the log was on disk for certain; to be asked before the store is opened, as a broker may be at work. */
    public static long watermark(Path data) {
        return StoreFacts.of(data).watermarkSequence();
    }

    /** A sentence on what a store lacks that was opened behind this watermark; null when nothing is missing. */
    public static @Nullable String missing(StoreReader store, long watermark) {
        return store.sequence() >= watermark
                ? null
                : "the log ends " + (watermark - store.sequence())
                        + " rows before what was on disk: what was done last is"
                        + " missing here; 'holdfast store check' says where it is damaged";
    }
}
