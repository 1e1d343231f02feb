// SPDX-License-Identifier: Apache-2.0
/** Group commit: hand-overs become one batch, one log row and one sync. */
@NullMarked
package io.holdfast.storage.commit;

import org.jspecify.annotations.NullMarked;
