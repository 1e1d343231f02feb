// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that a message goes to, each once, with the flags of the delivery. Filled by one thread, then only read; where
 * it stands in the log is the commit thread's to know.
 */
public final class Recipients {
    public static final Recipients NONE = new Recipients(0);

    private long[] numbers;
    private byte[] flags;
    private int @Nullable [] @Nullable [] identifiers;
    private int size;

    // The commit thread's: the log row that this list was last written in, and which of its messages it was.
    private long row = -1;
    private int place;

    public Recipients(int capacity) {
        numbers = new long[capacity];
        flags = new byte[capacity];
    }

    /** Adds a session; {@code deliveryFlags} as in {@link io.holdfast.storage.log.Delivery}. */
    public void add(long number, int deliveryFlags, int @Nullable [] subscriptionIdentifiers) {
        if (size == numbers.length) {
            int capacity = Math.max(4, size * 2);
            numbers = Arrays.copyOf(numbers, capacity);
            flags = Arrays.copyOf(flags, capacity);
            if (identifiers != null) {
                identifiers = Arrays.copyOf(identifiers, capacity);
            }
        }
        numbers[size] = number;
        flags[size] = (byte) deliveryFlags;
        if (subscriptionIdentifiers != null) {
            if (identifiers == null) {
                identifiers = new int[numbers.length][];
            }
            identifiers[size] = subscriptionIdentifiers;
        }
        size++;
    }

    /** How many messages before {@code newPlace} of this row the list was written, or 0 when it was not. */
    int back(long currentRow, int newPlace) {
        return row == currentRow ? newPlace - place : 0;
    }

    void written(long currentRow, int newPlace) {
        row = currentRow;
        place = newPlace;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public long number(int i) {
        return numbers[i];
    }

    public int flags(int i) {
        return flags[i] & 0xff;
    }

    public int @Nullable [] identifiers(int i) {
        return identifiers == null ? null : identifiers[i];
    }
}
