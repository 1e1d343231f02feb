// SPDX-License-Identifier: Apache-2.0
/** Which classes and tests hold which statement of the standards: read from the tags, written to docs/conformance.md. */
@NullMarked
package io.holdfast.tools.conformance;

import org.jspecify.annotations.NullMarked;
