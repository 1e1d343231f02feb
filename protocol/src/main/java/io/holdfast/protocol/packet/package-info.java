// SPDX-License-Identifier: Apache-2.0
/**
 * The MQTT control packets as immutable records, named as in the specification. No bytes and no sockets: the codec
 * package turns these into bytes and back. Arrays inside records are shared, not copied, and must never be written to.
 */
@NullMarked
package io.holdfast.protocol.packet;

import org.jspecify.annotations.NullMarked;
