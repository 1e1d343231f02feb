// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.storage.commit.SharedMember;
import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a clean stop leaves of the subscriptions, so that the next start need not read their rows.
 *
 * @param members of shared groups, which stand in the tree as one entry each
 */
record SubscriptionSnapshot(List<SharedMember> members, SubscriptionTree tree) implements Snapshot {
    @Override
    public void writeTo(Sink out) throws IOException {
        out.putInt(members.size());
        for (SharedMember member : members) {
            out.putLong(member.group());
            out.putLong(member.member());
            out.putInt(member.filterUtf8().length);
            out.putBytes(member.filterUtf8());
        }
        tree.writeTo(out);
    }

    /**
     * Reads what {@link #writeTo} wrote.
     *
     * @throws RuntimeException when it is something else
     */
    static SubscriptionSnapshot load(ByteBuffer in) {
        List<SharedMember> members = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            long group = in.getLong();
            long member = in.getLong();
            byte[] filter = new byte[in.getInt()];
            in.get(filter);
            TopicFilter parsed = TopicFilter.parse(filter);
            TopicFilter inner = parsed.inner();
            members.add(new SharedMember(group, filter, inner.utf8(), inner, member));
        }
        return new SubscriptionSnapshot(members, SubscriptionTree.load(in));
    }
}
