// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicFilter;

/** A session's part in one shared group, as its own shard knows it. */
final class Membership {
    final long group;
    final TopicFilter filter;
    int options;
    int identifier;

    /** Messages that the group was offered room for and has not given yet; valid for a connection. */
    int offered;

    Membership(long group, TopicFilter filter, int options, int identifier) {
        this.group = group;
        this.filter = filter;
        this.options = options;
        this.identifier = identifier;
    }
}
