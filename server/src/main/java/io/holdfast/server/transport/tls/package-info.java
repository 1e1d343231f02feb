// SPDX-License-Identifier: Apache-2.0
/**
 * TLS of listeners: the PEM files of an operator, the handshake of a client, and who its certificate says it is. What the
 * files hold is replaced as a whole, for connections accepted from then on.
 */
@NullMarked
package io.holdfast.server.transport.tls;

import org.jspecify.annotations.NullMarked;
