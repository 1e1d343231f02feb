// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;

/** Something that can be written down as a row of numbers, to be taken up again by the next start. */
public interface Snapshot {
    /** Takes the numbers, in order. */
    interface Sink {
        void putInt(int value) throws IOException;

        void putLong(long value) throws IOException;

        /** Without their number. */
        void putBytes(byte[] values) throws IOException;

        /** Without their number. */
        void putInts(int[] values) throws IOException;

        /** Without their number. */
        void putLongs(long[] values) throws IOException;
    }

    void writeTo(Sink sink) throws IOException;
}
