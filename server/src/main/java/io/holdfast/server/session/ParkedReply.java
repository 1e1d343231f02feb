// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.commit.RowOps;

/** An answer that waits for the commit of everything handed over before it, in its place among the replies (C21). */
abstract class ParkedReply extends RowOps.Note implements Replies.Reply {
    private final Connection connection;
    private boolean ready;

    ParkedReply(Connection connection) {
        this.connection = connection;
    }

    @Override
    public final void committed() {
        ready = true;
        connection.replies.advance();
    }

    @Override
    public final boolean isReady() {
        return ready;
    }
}
