// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/**
 * What a session may take. Every limit has a setting of the same name in the configuration.
 *
 * @param queueMessagesMax messages that wait for one session at most; 0 for no limit
 * @param queueBytesMax their bytes at most; 0 for no limit
 * @param overflow what happens to the message too many
 * @param receiveMaximum unacknowledged QoS 1 and 2 messages to one client at a time, 1 to 32,767; an MQTT 5 client
 *     may ask for fewer
 * @param inboundMax QoS 2 packet identifiers that one client may hold open; announced to MQTT 5 clients as Receive Maximum
 * @param subscriptionsMax subscriptions of one session
 * @param refuseDollarByClosing whether a 3.1.1 PUBLISH to a topic that begins with {@code $} ends the connection; else it
 *     is acknowledged and dropped (S59)
 * @param connect what CONNECT may ask for
 * @param common what all sessions may take together
 * @param access to whom sessions belong
 */
public record Limits(
        int queueMessagesMax,
        long queueBytesMax,
        Overflow overflow,
        int receiveMaximum,
        int inboundMax,
        int subscriptionsMax,
        boolean refuseDollarByClosing,
        ConnectLimits connect,
        CommonLimits common,
        AccessLimits access) {
    /** What happens when a queue is full. A message that was sent already is never dropped. */
    public enum Overflow {
        /** The oldest message not yet sent goes. */
        DROP_OLDEST,
        /** The new message is not queued. */
        DROP_NEWEST,
        /** As DROP_NEWEST for a 3.1.1 publisher, which cannot be told; counted apart. */
        REFUSE
    }

    public static final Limits DEFAULT = new Limits(0, 256L << 20, Overflow.DROP_OLDEST, 1_024, 16_384, 10_000, false);

    /** As above with the standard terms of connections. */
    public Limits(
            int queueMessagesMax,
            long queueBytesMax,
            Overflow overflow,
            int receiveMaximum,
            int inboundMax,
            int subscriptionsMax,
            boolean refuseDollarByClosing) {
        this(
                queueMessagesMax,
                queueBytesMax,
                overflow,
                receiveMaximum,
                inboundMax,
                subscriptionsMax,
                refuseDollarByClosing,
                ConnectLimits.DEFAULT,
                CommonLimits.DEFAULT,
                AccessLimits.DEFAULT);
    }
}
