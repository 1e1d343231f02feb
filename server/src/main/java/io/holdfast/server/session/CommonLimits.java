// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/**
 * What all sessions may take together. Every limit has a setting of the same name in the configuration.
 *
 * @param subscriptionsMax subscriptions of all sessions
 * @param retainedMessagesMax topics with a retained message; 0 for no limit
 * @param retainedBytesMax bytes of the retained messages; 0 for no limit
 * @param volatileBytesMax bytes of messages that wait for sessions which end with their connection
 */
public record CommonLimits(
        int subscriptionsMax, int retainedMessagesMax, long retainedBytesMax, long volatileBytesMax) {
    public static final CommonLimits DEFAULT = new CommonLimits(10_000_000, 1_000_000, 1L << 30, 256L << 20);

    /** Whether so much is retained that a limit may be reached soon: from half of one on it pays to look closely. */
    public boolean isRetainedNear(long messages, long bytes) {
        return (retainedMessagesMax > 0 && messages >= retainedMessagesMax / 2)
                || (retainedBytesMax > 0 && bytes >= retainedBytesMax / 2);
    }
}
