// SPDX-License-Identifier: Apache-2.0
/** Every column family, key and record of the store, declared once. */
@NullMarked
package io.holdfast.storage.schema;

import org.jspecify.annotations.NullMarked;
