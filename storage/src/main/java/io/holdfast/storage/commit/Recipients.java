// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Sessions that a message goes to, each once, with the flags of the delivery. Filled by one thread, then only read. */
public final class Recipients {
    public static final Recipients NONE = new Recipients(0);

    private long[] numbers;
    private byte[] flags;
    private int @Nullable [] @Nullable [] identifiers;
    private int size;

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
