// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import org.jspecify.annotations.Nullable;

/**
 * A client as access rules know it.
 *
 * @param clientId what it calls itself; nobody has proven it
 * @param user who it has proven to be, null for nobody
 * @param certificate the name in the certificate by which its TLS connection was accepted, null without one
 */
public record Client(
        String clientId, @Nullable String user, @Nullable String certificate) {}
