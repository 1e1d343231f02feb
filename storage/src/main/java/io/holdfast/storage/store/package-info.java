// SPDX-License-Identifier: Apache-2.0
/** Opening, reading and closing the store; native handles live here. */
@NullMarked
package io.holdfast.storage.store;

import org.jspecify.annotations.NullMarked;
