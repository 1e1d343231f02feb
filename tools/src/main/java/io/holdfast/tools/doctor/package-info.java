// SPDX-License-Identifier: Apache-2.0
/** {@code holdfast doctor}: whether this machine suits the broker, one class for each thing that is looked at. */
@NullMarked
package io.holdfast.tools.doctor;

import org.jspecify.annotations.NullMarked;
