// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.ReasonCode;

/**
 * The bytes received are no packet we accept; the connection must be closed [MQTT-4.8.0-1] [MQTT5-4.13.1-1]. Carries no
 * stack trace: any stranger can cause one at any rate.
 */
public class MalformedPacketException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reasonCode;

    /**
     * @param reasonCode legal in DISCONNECT, and for a CONNECT in CONNACK, so that an MQTT 5 client can be told
     * @param what was wrong, in words without anything the client sent
     */
    public MalformedPacketException(ReasonCode reasonCode, String what) {
        super(what, null, false, false);
        this.reasonCode = reasonCode;
    }

    /** What to tell an MQTT 5 client before closing; older ones are just closed. */
    public ReasonCode reasonCode() {
        return reasonCode;
    }
}
