// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

/** What a rule speaks of. */
enum Action {
    /** Sending a message to a topic, in every way. */
    PUBLISH,
    /** Subscribing to topics and being sent what comes. */
    SUBSCRIBE,
    /** Leaving a retained message, beside PUBLISH. */
    RETAIN,
    /** Having a will published, beside PUBLISH. */
    WILL
}
