// SPDX-License-Identifier: Apache-2.0
/** What a durable message costs the real broker: syncs, bytes written, processor time. */
@NullMarked
package io.holdfast.tools.blackbox.cost;

import org.jspecify.annotations.NullMarked;
