// SPDX-License-Identifier: Apache-2.0
/**
 * The broker under test as a child process: started, killed and restarted on the same folder and port.
 */
@NullMarked
package io.holdfast.tools.blackbox.broker;

import org.jspecify.annotations.NullMarked;
