// SPDX-License-Identifier: Apache-2.0
/**
 * What the tests of all modules share: seeded randomness, tools that may be missing, rules on code. Lives in the module
 * that depends on none of the others and reaches them as a test-jar.
 */
@NullMarked
package io.holdfast.protocol.testkit;

import org.jspecify.annotations.NullMarked;
