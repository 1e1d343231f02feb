// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

/** A handshake has ended and the client's certificate says who it is: an event of its connection's pipeline. */
public record CertifiedUser(String name) {}
