// SPDX-License-Identifier: Apache-2.0
/** The durability contract, line by line, on real sockets and a real store. */
@NullMarked
package io.holdfast.server.contract;

import org.jspecify.annotations.NullMarked;
