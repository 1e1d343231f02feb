// SPDX-License-Identifier: Apache-2.0
/** Sessions that come from elsewhere: written as rows into a stopped store, or into the next group of a running broker. */
@NullMarked
package io.holdfast.storage.transfer;

import org.jspecify.annotations.NullMarked;
