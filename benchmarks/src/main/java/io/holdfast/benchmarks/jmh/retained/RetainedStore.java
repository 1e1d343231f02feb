// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.retained;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RetainedSlice;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Retained messages in a real store, written and read through the committer, without the commit thread and its syncs. */
final class RetainedStore implements CommitListener {
    private static final int BURST = 1_000;
    private static final int SITES = 100;
    private static final int PAYLOAD_BYTES = 64;
    private static final int SLICE_MESSAGES = 100;
    private static final long SUBSCRIBER = 1;

    private final RowStore store;
    private final GroupCommitter committer;

    RetainedStore(RowStore store) {
        this.store = store;
        StartState start = StartState.read(store, new LogReplay(store, IndexSpace.STANDARD).run());
        committer = new GroupCommitter(store, this, start, 1);
    }

    void fill(int count) {
        for (int from = 0; from < count; from += BURST) {
            HandOver handOver = new HandOver(0);
            for (int i = from; i < Math.min(count, from + BURST); i++) {
                byte[] topic = ("site/" + i % SITES + "/machine/" + i + "/state").getBytes(StandardCharsets.UTF_8);
                Message message = Message.of(topic, new byte[PAYLOAD_BYTES], 1, true, 0, System.currentTimeMillis());
                MessageOp op = new MessageOp(message, Recipients.NONE, Recipients.NONE, 0);
                handOver.addUrgent(op, message.storedBytes());
            }
            commit(handOver);
        }
        store.flush();
    }

    /** Reads slice after slice until nothing is left; answers how many messages there were. */
    int lookUp(String text) {
        TopicFilter filter = TopicFilter.parse(text);
        byte[] after = new byte[0];
        int found = 0;
        Slice slice;
        do {
            slice = new Slice(filter, after);
            HandOver handOver = new HandOver(0);
            handOver.addUrgent(slice, 0);
            found += commit(handOver).messages().size();
            after = slice.lastTopic();
        } while (slice.isUnfinished());
        return found;
    }

    private Group commit(HandOver handOver) {
        Group group = committer.build(List.of(handOver), System.currentTimeMillis());
        committer.sync();
        committer.complete();
        return group;
    }

    /** For a session without rows, so that only the lookup and the log row are left. */
    private static final class Slice extends RetainedSlice {
        private final TopicFilter filter;

        Slice(TopicFilter filter, byte[] after) {
            super(
                    SUBSCRIBER,
                    filter.utf8(),
                    prefix(filter.utf8()),
                    !filter.hasWildcard(),
                    false,
                    0,
                    after,
                    Long.MAX_VALUE,
                    SLICE_MESSAGES);
            this.filter = filter;
        }

        /** Up to the first wildcard. */
        private static byte[] prefix(byte[] utf8) {
            int length = 0;
            while (length < utf8.length && utf8[length] != '+' && utf8[length] != '#') {
                length++;
            }
            return Arrays.copyOf(utf8, length);
        }

        @Override
        protected boolean matches(byte[] topicUtf8) {
            return filter.matches(TopicName.of(topicUtf8));
        }

        @Override
        protected int flags(Message message) {
            return message.qos() | Delivery.RETAIN;
        }

        byte[] lastTopic() {
            return after();
        }

        boolean isUnfinished() {
            return hasMore();
        }
    }

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        // Nobody subscribes but the benchmark.
    }

    @Override
    public void committed(Group group) {
        // Nobody waits for it.
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        // A benchmark is over before its disk space matters.
    }
}
