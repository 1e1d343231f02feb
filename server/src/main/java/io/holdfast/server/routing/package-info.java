// SPDX-License-Identifier: Apache-2.0
/**
 * From a topic to the sessions that subscribed to it. {@link io.holdfast.server.routing.SubscriptionTree} is changed
 * by the commit thread alone and read by every shard without locks.
 */
@NullMarked
package io.holdfast.server.routing;

import org.jspecify.annotations.NullMarked;
