// SPDX-License-Identifier: Apache-2.0
/**
 * Clients of other makers against the broker: what works for them in the field must work here.
 */
@NullMarked
package io.holdfast.tools.blackbox.client;

import org.jspecify.annotations.NullMarked;
