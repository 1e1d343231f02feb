// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes to packets and back, for MQTT 3.1, 3.1.1 and 5: one small class per packet, strict limits, and nothing allocated
 * before the fixed header has been judged.
 */
@NullMarked
package io.holdfast.protocol.codec;

import org.jspecify.annotations.NullMarked;
