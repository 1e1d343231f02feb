// SPDX-License-Identifier: Apache-2.0
/**
 * What clients saw, as events, and the judge that tells whether a broker may have caused them.
 */
@NullMarked
package io.holdfast.tools.blackbox.history;

import org.jspecify.annotations.NullMarked;
