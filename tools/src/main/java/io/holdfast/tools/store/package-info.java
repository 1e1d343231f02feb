// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code holdfast store} verbs that look. They read a store through {@link io.holdfast.storage.store.StoreReader} and cannot
 * write: beside a running broker, after a crash, from a folder that may not be written to.
 */
@NullMarked
package io.holdfast.tools.store;

import org.jspecify.annotations.NullMarked;
