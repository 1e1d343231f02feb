// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

/**
 * What CONNACK said, as the client tells it. What CONNACK left out, or the client keeps to itself, is 0 or empty.
 *
 * @param reasonCode 0 when the client is connected
 */
record Welcome(
        int reasonCode,
        boolean sessionPresent,
        String assignedClientIdentifier,
        int serverKeepAliveSeconds,
        int receiveMaximum,
        long packetBytesMax,
        int topicAliasMaximum,
        String responseInformation,
        String reasonString) {

    static Welcome refused(int reasonCode, String reasonString) {
        return new Welcome(reasonCode, false, "", 0, 0, 0, 0, "", reasonString);
    }
}
