// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.testkit.ForwardingStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageSpansTest {
    private static final long FIRST = 3L * MessageSpans.SPAN_IDS;

    private final MemoryStore rows = new MemoryStore();
    private final CountingStore store = new CountingStore(rows);
    private MessageSpans spans;

    private static final class CountingStore extends ForwardingStore {
        int reads;
        int walks;

        CountingStore(MemoryStore store) {
            super(store);
        }

        @Override
        public byte @Nullable [] get(Table table, byte[] key) {
            reads++;
            return super.get(table, key);
        }

        @Override
        public RowCursor cursor(Table table, byte[] from, byte[] to) {
            walks++;
            return super.cursor(table, from, to);
        }
    }

    @BeforeEach
    void open() {
        spans = new MessageSpans(store);
    }

    private void write(long id, int payloadBytes) {
        RowBatch batch = new RowBatch();
        byte[] topic = ("message/" + id).getBytes(StandardCharsets.UTF_8);
        Message message = Message.of(topic, new byte[payloadBytes], 1, false, 7, 1);
        batch.put(Table.MESSAGE, Keys.number(id), message.record());
        rows.write(batch);
    }

    private @Nullable String topicOf(long id) {
        Message message = spans.read(id);
        return message == null ? null : message.topic();
    }

    @Test
    void messages_readSideBySide_costOneWalk() {
        for (long id = FIRST; id < FIRST + MessageSpans.SPAN_IDS; id++) {
            write(id, 64);
        }

        for (long id = FIRST; id < FIRST + MessageSpans.SPAN_IDS; id++) {
            assertThat(topicOf(id)).isEqualTo("message/" + id);
        }

        assertThat(store.walks).isEqualTo(1);
        assertThat(store.reads).as("only before a second one was asked for").isEqualTo(1);
    }

    @Test
    void messages_farApart_areReadOneByOne() {
        for (int i = 0; i < 20; i++) {
            write(FIRST + i * 1_000L, 64);
        }

        for (int i = 0; i < 20; i++) {
            assertThat(topicOf(FIRST + i * 1_000L)).isNotNull();
        }

        assertThat(store.walks).isZero();
    }

    @Test
    void sessions_thatDriftApart_areReadOneByOneUntilCompanyIsBack() {
        int spanCount = 4_000;
        for (long span = 1; span <= spanCount; span++) {
            for (int i = 0; i < 4; i++) {
                write(span * MessageSpans.SPAN_IDS + i, 4_000);
            }
        }
        // Each span twice at once, and never again before the cache has lost it.
        for (int row = 0; row < 4; row += 2) {
            for (long span = 1; span <= spanCount; span++) {
                assertThat(topicOf(span * MessageSpans.SPAN_IDS + row)).isNotNull();
                assertThat(topicOf(span * MessageSpans.SPAN_IDS + row + 1)).isNotNull();
            }
        }
        assertThat(store.walks).as("of 8,000 that would not pay").isLessThan(400);

        int before = store.walks;
        for (long id = 1_000_000; id < 1_060_000; id++) {
            write(id, 64);
            assertThat(topicOf(id)).isNotNull();
        }
        assertThat(store.walks - before).as("of 938 that pay").isGreaterThan(400);
    }

    @Test
    void message_writtenBehindAKeptSpan_isFound() {
        write(FIRST, 64);
        write(FIRST + 1, 64);
        assertThat(topicOf(FIRST)).isNotNull();
        assertThat(topicOf(FIRST + 1)).isNotNull();
        assertThat(topicOf(FIRST + 2)).isNull();

        write(FIRST + 2, 64);

        assertThat(topicOf(FIRST + 2)).isEqualTo("message/" + (FIRST + 2));
    }

    @Test
    void largeMessages_areReadOneByOneBehindTheFirstFew() {
        for (long id = FIRST; id < FIRST + 5; id++) {
            write(id, MessageSpans.SPAN_BYTES_MAX);
        }

        for (long id = FIRST; id < FIRST + 5; id++) {
            assertThat(topicOf(id)).isEqualTo("message/" + id);
        }

        assertThat(store.reads).isGreaterThanOrEqualTo(4);
    }
}
