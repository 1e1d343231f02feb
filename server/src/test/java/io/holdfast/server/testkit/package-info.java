// SPDX-License-Identifier: Apache-2.0
/** A broker in this process and a client that sends what it is told, byte by byte. */
@NullMarked
package io.holdfast.server.testkit;

import org.jspecify.annotations.NullMarked;
