// SPDX-License-Identifier: Apache-2.0
/** What MQTT 5.0 asks of a server, on real sockets and a real store: one class for each part of the standard. */
@NullMarked
package io.holdfast.server.mqtt5;

import org.jspecify.annotations.NullMarked;
