// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** Any control packet. Immutable; safe to hand to another thread. */
public sealed interface Packet
        permits Connect,
                ConnAck,
                Publish,
                PubAck,
                PubRec,
                PubRel,
                PubComp,
                Subscribe,
                SubAck,
                Unsubscribe,
                UnsubAck,
                PingReq,
                PingResp,
                Disconnect,
                Auth {

    /** Packet identifiers are 16 bits wide and never 0 [MQTT-2.3.1-1]. */
    int PACKET_ID_MAX = 0xFFFF;

    PacketType type();
}
