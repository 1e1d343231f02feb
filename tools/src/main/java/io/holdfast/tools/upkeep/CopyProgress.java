// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.storage.store.CopyListener;
import io.holdfast.storage.store.StoreCopy;
import io.holdfast.tools.store.LongWork;
import java.nio.file.Path;

/** Shows a copy's progress in MiB. */
final class CopyProgress implements CopyListener {
    private static final int MIB_BITS = 20;

    private final LongWork work;
    private long bytes;

    CopyProgress(LongWork work, Path from) {
        this.work = work;
        work.begin("copying, MiB", StoreCopy.bytes(from) >> MIB_BITS);
    }

    @Override
    public void copied(long more) {
        long before = bytes >> MIB_BITS;
        bytes += more;
        work.advance((bytes >> MIB_BITS) - before);
    }
}
