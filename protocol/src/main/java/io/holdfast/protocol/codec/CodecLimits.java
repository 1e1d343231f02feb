// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

/**
 * What a decoder accepts at most. Counts and bytes are inclusive: a packet of exactly {@code packetBytesMax} passes.
 *
 * @param packetBytesMax the largest packet in bytes, fixed header included; announced as Maximum Packet Size
 * @param connectBytesMax the same for CONNECT and AUTH, which strangers may send; at most {@code packetBytesMax}
 * @param topicLevelsMax the most levels of a topic name, topic filter or will topic
 * @param filtersPerPacketMax the most filters in one SUBSCRIBE or UNSUBSCRIBE
 * @param connectUserPropertiesMax the most user properties in a CONNECT, its will, or an AUTH
 * @param connectPropertyBytesMax the most bytes of the property block of a CONNECT, its will, or an AUTH
 * @param userPropertiesMax the most user properties in any other packet
 * @param propertyBytesMax the most bytes of the property block of any other packet
 */
public record CodecLimits(
        int packetBytesMax,
        int connectBytesMax,
        int topicLevelsMax,
        int filtersPerPacketMax,
        int connectUserPropertiesMax,
        int connectPropertyBytesMax,
        int userPropertiesMax,
        int propertyBytesMax) {

    /** 2 MiB, 64 KiB, 128 levels, 1,024 filters; 64 user properties in 8 KiB, later 1,024 in 64 KiB. */
    public static final CodecLimits DEFAULTS =
            new CodecLimits(2 * 1024 * 1024, 64 * 1024, 128, 1024, 64, 8 * 1024, 1024, 64 * 1024);

    /** The smallest sensible packet limit: leaves room for a CONNECT with a short client id. */
    private static final int PACKET_BYTES_MIN = 64;

    public CodecLimits {
        if (connectBytesMax < PACKET_BYTES_MIN || packetBytesMax < connectBytesMax) {
            throw new IllegalArgumentException("need " + PACKET_BYTES_MIN + " <= connectBytesMax (" + connectBytesMax
                    + ") <= packetBytesMax (" + packetBytesMax + ")");
        }
        if (topicLevelsMax < 1 || filtersPerPacketMax < 1) {
            throw new IllegalArgumentException("levels and filters per packet must be at least 1");
        }
        if (connectUserPropertiesMax < 0
                || connectPropertyBytesMax < 0
                || userPropertiesMax < 0
                || propertyBytesMax < 0) {
            throw new IllegalArgumentException("property limits must not be negative");
        }
    }

    public CodecLimits withPacketBytesMax(int bytes) {
        return new CodecLimits(
                bytes,
                Math.min(connectBytesMax, bytes),
                topicLevelsMax,
                filtersPerPacketMax,
                connectUserPropertiesMax,
                connectPropertyBytesMax,
                userPropertiesMax,
                propertyBytesMax);
    }

    public CodecLimits withConnectBytesMax(int bytes) {
        return new CodecLimits(
                packetBytesMax,
                bytes,
                topicLevelsMax,
                filtersPerPacketMax,
                connectUserPropertiesMax,
                connectPropertyBytesMax,
                userPropertiesMax,
                propertyBytesMax);
    }

    public CodecLimits withTopicLevelsMax(int levels) {
        return new CodecLimits(
                packetBytesMax,
                connectBytesMax,
                levels,
                filtersPerPacketMax,
                connectUserPropertiesMax,
                connectPropertyBytesMax,
                userPropertiesMax,
                propertyBytesMax);
    }

    public CodecLimits withFiltersPerPacketMax(int filters) {
        return new CodecLimits(
                packetBytesMax,
                connectBytesMax,
                topicLevelsMax,
                filters,
                connectUserPropertiesMax,
                connectPropertyBytesMax,
                userPropertiesMax,
                propertyBytesMax);
    }
}
