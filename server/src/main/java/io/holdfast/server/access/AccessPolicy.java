// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

/**
 * What clients may do, at one time: when that changes, another policy takes its place, and whatever was decided by the old one is
 * decided again. Any thread.
 */
public interface AccessPolicy {
    /** What a client may do. On event loops: microseconds, no waiting. Asked once for each connection and policy. */
    Grants grants(Client client);
}
