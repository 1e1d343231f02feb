// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/**
 * One step of a hand-over. The commit thread applies the steps of all hand-overs of a group in order; once the group is
 * on disk, the shard that handed it over is told through {@link #committed}.
 */
public abstract class CommitOp {
    /** Looks at what the groups before left, ahead of every step of this one. Commit thread. */
    void begin(GroupBuilder group) {}

    /** Adds rows and log entries. Commit thread. */
    abstract void apply(GroupBuilder group);

    /** What the step promised is on disk now: replies leave here. The shard that handed it over. */
    public void committed() {}
}
