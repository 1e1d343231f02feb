// SPDX-License-Identifier: Apache-2.0
/** The real broker on a disk that fails or is full: no acknowledgement for what is not there, and back when it heals. */
@NullMarked
package io.holdfast.tools.blackbox.fault;

import org.jspecify.annotations.NullMarked;
