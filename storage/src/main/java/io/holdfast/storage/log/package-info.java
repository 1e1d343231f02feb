// SPDX-License-Identifier: Apache-2.0
/** The durable half of a session, log entries, checkpoint rows and their replay. */
@NullMarked
package io.holdfast.storage.log;

import org.jspecify.annotations.NullMarked;
