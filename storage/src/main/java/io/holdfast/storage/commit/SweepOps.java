// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/** What shards answer when the commit thread sweeps sparse blocks. */
public final class SweepOps {
    private SweepOps() {}

    /** Messages of the swept blocks that sessions of this shard still claim. */
    public static final class Claims extends CommitOp {
        private final long[] messageIds;

        public Claims(long[] messageIds) {
            this.messageIds = messageIds;
        }

        @Override
        void apply(GroupBuilder group) {
            group.sweepClaims(messageIds);
        }
    }

    /** This shard has listed the claims of all its sessions; stands behind its last {@link Claims}. */
    public static final class Done extends CommitOp {
        @Override
        void apply(GroupBuilder group) {
            group.sweepDone();
        }
    }
}
