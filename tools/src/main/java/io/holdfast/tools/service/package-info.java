// SPDX-License-Identifier: Apache-2.0
/** What the broker's process tells the service manager (systemd) that has started it. */
@NullMarked
package io.holdfast.tools.service;

import org.jspecify.annotations.NullMarked;
