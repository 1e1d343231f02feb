// SPDX-License-Identifier: Apache-2.0
/** What the broker counts, each with a sentence, and the {@code $SYS} topics that show it to MQTT clients. */
@NullMarked
package io.holdfast.server.metrics;

import org.jspecify.annotations.NullMarked;
