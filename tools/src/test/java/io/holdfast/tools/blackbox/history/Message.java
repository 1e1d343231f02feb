// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

/** A message as published or as delivered; QoS and RETAIN are those of the packet it was seen in. */
public record Message(String topic, Payload payload, int qos, boolean retain) {}
