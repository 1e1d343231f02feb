// SPDX-License-Identifier: Apache-2.0
/** The lines of JSON in which sessions travel from one broker to another, written and read. */
@NullMarked
package io.holdfast.server.transfer;

import org.jspecify.annotations.NullMarked;
