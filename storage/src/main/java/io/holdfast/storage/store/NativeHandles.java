// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.AbstractNativeReference;

/**
 * Owns native objects and closes them in reverse order of their making. RocksDB's Java objects free nothing by themselves,
 * and closing one under the feet of another crashes the process, so each belongs to exactly one of these from the moment
 * it exists.
 *
 * <p>When assertions are on, every open handle is remembered with the stack that made it: tests end with
 * {@link #leaks()} being empty. Not thread-safe; one owner.
 */
final class NativeHandles implements AutoCloseable {
    /** By identity: some handles compute their hash from the native object, which is gone when we forget them. */
    private static final Map<AbstractNativeReference, Throwable> OPEN =
            Collections.synchronizedMap(new IdentityHashMap<>());

    private final Deque<AbstractNativeReference> owned = new ArrayDeque<>();

    <T extends AbstractNativeReference> T own(T handle) {
        owned.push(handle);
        assert remember(handle);
        return handle;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            AbstractNativeReference handle = owned.pop();
            handle.close();
            assert forget(handle);
        }
    }

    /** Where each handle that is open now was made; always empty without {@code -ea}. */
    static List<Throwable> leaks() {
        synchronized (OPEN) {
            return new ArrayList<>(OPEN.values());
        }
    }

    private static boolean remember(AbstractNativeReference handle) {
        OPEN.put(handle, new Throwable(handle.getClass().getSimpleName() + " made here"));
        return true;
    }

    private static boolean forget(AbstractNativeReference handle) {
        return OPEN.remove(handle) != null;
    }
}
