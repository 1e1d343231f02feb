// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/**
 * Where {@link Properties} and its builder keep a value: one bit per identifier says what is present, and the count of
 * lower bits of the same sort is the index into the dense array of that sort.
 */
final class PropertyLayout {
    /** Bits of the properties kept in the array of numbers; subscription identifiers may repeat and are kept apart. */
    private static final long NUMBERS;
    /** Bits of the properties kept in the array of strings and byte arrays. */
    private static final long VALUES;

    static {
        long numbers = 0;
        long values = 0;
        for (Property property : Property.values()) {
            if (property.kind() == Property.Kind.UTF8_STRING || property.kind() == Property.Kind.BINARY_DATA) {
                values |= bit(property);
            } else if (property.isNumber() && property != Property.SUBSCRIPTION_IDENTIFIER) {
                numbers |= bit(property);
            }
        }
        NUMBERS = numbers;
        VALUES = values;
    }

    private PropertyLayout() {}

    static long bit(Property property) {
        return 1L << property.id();
    }

    static int numberIndex(long present, Property property) {
        return Long.bitCount(present & NUMBERS & (bit(property) - 1));
    }

    static int valueIndex(long present, Property property) {
        return Long.bitCount(present & VALUES & (bit(property) - 1));
    }

    static int numberCount(long present) {
        return Long.bitCount(present & NUMBERS);
    }

    static int valueCount(long present) {
        return Long.bitCount(present & VALUES);
    }

    static void requireNumber(Property property) {
        if ((NUMBERS & bit(property)) == 0) {
            throw new IllegalArgumentException(property + " is not a single number");
        }
    }

    static void requireKind(Property property, Property.Kind kind) {
        if (property.kind() != kind) {
            throw new IllegalArgumentException(property + " is of kind " + property.kind() + ", not " + kind);
        }
    }
}
