// SPDX-License-Identifier: Apache-2.0
/**
 * What an acknowledgement stands on: the one RocksDB store, its schema, the commit thread and the recovery path.
 */
@NullMarked
package io.holdfast.storage;

import org.jspecify.annotations.NullMarked;
