// SPDX-License-Identifier: Apache-2.0
/**
 * The grammar of topic names and topic filters: validated, immutable values compared byte by byte. The subscription tree
 * matches faster; {@link io.holdfast.protocol.topic.TopicFilter#matches} is the plain definition it is tested against.
 */
@NullMarked
package io.holdfast.protocol.topic;

import org.jspecify.annotations.NullMarked;
