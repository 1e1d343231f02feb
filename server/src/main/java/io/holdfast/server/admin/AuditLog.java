// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each change that somebody asked for, done or not. What clients chose stands in it as JSON text, so nothing
 * can fake a line; payloads never do.
 */
final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger("holdfast.audit");

    private AuditLog() {}

    /**
     * Notes a change.
     *
     * @param peer who sent the request; all who do have the token
     * @param what the operation
     * @param target the client, or the topic, it is about
     */
    static void note(String peer, String what, String target, String outcome) {
        LOG.info(
                "by=token peer={} what={} target={} outcome={}",
                peer,
                Json.text(what),
                Json.text(target),
                Json.text(outcome));
    }
}
