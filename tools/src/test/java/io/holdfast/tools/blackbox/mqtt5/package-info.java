// SPDX-License-Identifier: Apache-2.0
/** What MQTT 5 promises across a SIGKILL of the broker: the durable statements of the standard, on the real jar. */
@NullMarked
package io.holdfast.tools.blackbox.mqtt5;

import org.jspecify.annotations.NullMarked;
