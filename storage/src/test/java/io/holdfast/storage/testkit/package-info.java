// SPDX-License-Identifier: Apache-2.0
/** Stand-ins and tools for tests of every module: a store in memory that crashes on demand, and faults for a real one. */
@NullMarked
package io.holdfast.storage.testkit;

import org.jspecify.annotations.NullMarked;
