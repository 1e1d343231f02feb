// SPDX-License-Identifier: Apache-2.0
/**
 * The operator's way in: an HTTP endpoint on loopback, authenticated by a token file in the data folder. Questions are
 * answered from rows and by the shards, a slice at a time; orders run on the session's shard and through its commit.
 */
@NullMarked
package io.holdfast.server.admin;

import org.jspecify.annotations.NullMarked;
