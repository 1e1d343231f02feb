// SPDX-License-Identifier: Apache-2.0
/**
 * The session core: what MQTT's chapter 4 asks of a server, without network, store or clock of its own. A shard owns its
 * sessions; everything here runs on that shard's one thread.
 */
@NullMarked
package io.holdfast.server.session;

import org.jspecify.annotations.NullMarked;
