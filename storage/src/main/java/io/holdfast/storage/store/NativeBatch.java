// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.rocksdb.WriteBatch;

/**
 * Batches in native memory, made from the beginning of an array. RocksDB's native side asks for a length, but its Java
 * constructor always says that of the whole array; so the private method behind the constructor is called, which saves a copy
 * of everything that is written (ADR 0018).
 */
final class NativeBatch {
    private static final MethodHandle MAKE;
    private static final MethodHandle OWN;

    static {
        try {
            MethodHandles.Lookup inside = MethodHandles.privateLookupIn(WriteBatch.class, MethodHandles.lookup());
            MAKE = inside.findStatic(
                    WriteBatch.class, "newWriteBatch", MethodType.methodType(long.class, byte[].class, int.class));
            OWN = inside.findConstructor(
                    WriteBatch.class, MethodType.methodType(void.class, long.class, boolean.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e); // Another version of rocksdbjni: every test fails.
        }
    }

    private NativeBatch() {}

    /** A batch of the first bytes of an array, copied; close it. RocksDB's library must be loaded. */
    static WriteBatch of(byte[] serialised, int bytes) {
        try {
            return (WriteBatch) OWN.invokeExact((long) MAKE.invokeExact(serialised, bytes), true);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a batch cannot be made", e);
        }
    }
}
