// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

/**
 * What a subscription asks for, packed into one int. The low six bits are the Subscription Options byte of the wire
 * (MQTT 5, 3.8.3.1); the bits above are the broker's own.
 *
 * <pre>
 * bit  0-1  granted QoS, 0 to 2
 *      2    no local
 *      3    retain as published
 *      4-5  retain handling, 0 to 2
 *      6    volatile: the session has no stored state
 *      7    shared: the number is that of a shared group, not of a session (reserved)
 * </pre>
 */
public final class SubscriptionOptions {
    public static final int NO_LOCAL = 1 << 2;
    public static final int RETAIN_AS_PUBLISHED = 1 << 3;
    public static final int VOLATILE = 1 << 6;
    public static final int SHARED = 1 << 7;

    private static final int QOS_MASK = 0b11;
    private static final int RETAIN_HANDLING_SHIFT = 4;
    private static final int VALUE_BITS = QOS_MASK | (0b11 << RETAIN_HANDLING_SHIFT);
    private static final int ALL_BITS = 0xff;

    private SubscriptionOptions() {}

    /**
     * Packs options.
     *
     * @param qos granted QoS, 0 to 2
     * @param retainHandling 0 to 2
     * @param flags any of the flags of this class, or 0
     * @throws IllegalArgumentException if a value is out of range
     */
    public static int of(int qos, int retainHandling, int flags) {
        int values = qos | (retainHandling << RETAIN_HANDLING_SHIFT);
        if ((qos & ~QOS_MASK) != 0 || (values & ~VALUE_BITS) != 0 || (flags & VALUE_BITS) != 0) {
            throw new IllegalArgumentException(
                    "not subscription options: QoS " + qos + ", retain handling " + retainHandling);
        }
        return checked(values | flags);
    }

    /**
     * Returns the options as they are.
     *
     * @throws IllegalArgumentException if they hold an unknown bit, QoS 3 or retain handling 3
     */
    public static int checked(int options) {
        if ((options & ~ALL_BITS) != 0 || qos(options) == 3 || retainHandling(options) == 3) {
            throw new IllegalArgumentException("not subscription options: 0x" + Integer.toHexString(options));
        }
        return options;
    }

    /** The same options with another granted QoS, 0 to 2. */
    public static int withQos(int options, int qos) {
        return of(qos, retainHandling(options), options & ~VALUE_BITS);
    }

    public static int qos(int options) {
        return options & QOS_MASK;
    }

    public static int retainHandling(int options) {
        return (options >>> RETAIN_HANDLING_SHIFT) & 0b11;
    }

    public static boolean isNoLocal(int options) {
        return (options & NO_LOCAL) != 0;
    }

    public static boolean isRetainAsPublished(int options) {
        return (options & RETAIN_AS_PUBLISHED) != 0;
    }

    public static boolean isVolatile(int options) {
        return (options & VOLATILE) != 0;
    }

    public static boolean isShared(int options) {
        return (options & SHARED) != 0;
    }
}
