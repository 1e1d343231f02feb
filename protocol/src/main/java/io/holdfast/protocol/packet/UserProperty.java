// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** One MQTT 5 user property. The same name may occur more than once; the order is kept [MQTT5-3.3.2-18]. */
public record UserProperty(String name, String value) {}
