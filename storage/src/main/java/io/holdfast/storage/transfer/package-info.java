// SPDX-License-Identifier: Apache-2.0
/** Sessions that come from elsewhere: written as rows into a store on which no broker runs. */
@NullMarked
package io.holdfast.storage.transfer;

import org.jspecify.annotations.NullMarked;
