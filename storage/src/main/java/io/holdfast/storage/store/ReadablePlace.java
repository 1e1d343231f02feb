// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Where a table can be read on behind a stretch of its file that is damaged: nobody knows which keys stand in there. */
final class ReadablePlace {
    private static final int BYTE_MAX = 0xff;

    private final byte[] to;
    private final Predicate<byte[]> readable;

    private ReadablePlace(byte[] to, Predicate<byte[]> readable) {
        this.to = to;
        this.readable = readable;
    }

    /**
     * The first place behind a key from which a table can be read on, nearly: keys that share most bytes with it come first.
     * A few hundred looks at most, whatever is damaged.
     *
     * @param key the last one before the damage
     * @param to where interest ends (exclusive)
     * @param readable whether the first row from a place on can be read
     * @return a place, which may be {@code to} or behind it; null when there is none
     */
    static byte @Nullable [] behind(byte[] key, byte[] to, Predicate<byte[]> readable) {
        return new ReadablePlace(to, readable).behind(key.length == 0 ? new byte[1] : key);
    }

    private byte @Nullable [] behind(byte[] key) {
        for (int length = key.length; length > 0; length--) {
            byte[] place = Arrays.copyOf(key, length);
            int lowest = (place[length - 1] & BYTE_MAX) + 1;
            byte[] found = first(place, lowest);
            if (found != null) {
                return refined(found, key.length);
            }
        }
        return null;
    }

    /** The lowest value, from {@code lowest} on, of the last byte of a place from which the table can be read. */
    private byte @Nullable [] first(byte[] place, int lowest) {
        int low = lowest;
        int high = BYTE_MAX;
        if (low > high || !isReadableAt(place, high)) {
            return null;
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isReadableAt(place, middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        place[place.length - 1] = (byte) high;
        return place;
    }

    private boolean isReadableAt(byte[] place, int value) {
        byte[] from = place.clone();
        from[from.length - 1] = (byte) value;
        return Arrays.compareUnsigned(from, to) >= 0 || readable.test(from);
    }

    /** A place nearer to the damage, between the last that could not be read and the first that can. */
    private byte[] refined(byte[] found, int length) {
        byte[] best = found;
        byte[] below = found.clone();
        below[below.length - 1]--;
        for (int at = below.length; at < length; at++) {
            byte[] place = Arrays.copyOf(below, at + 1);
            byte[] nearer = first(place, 0);
            if (nearer == null) {
                below = place;
                below[at] = (byte) BYTE_MAX;
                continue;
            }
            best = nearer;
            if (nearer[at] == 0) {
                break;
            }
            below = nearer.clone();
            below[at]--;
        }
        return best;
    }
}
