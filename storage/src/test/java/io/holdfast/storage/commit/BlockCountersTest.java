// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BlockCountersTest {
    private static final long BLOCK_MESSAGES = CommitSizes.STANDARD.blockMessages();

    private final BlockCounters counters = new BlockCounters((int) BLOCK_MESSAGES);
    private final List<String> deleted = new ArrayList<>();

    private long take(long firstId) {
        deleted.clear();
        return counters.takeDead(firstId, (from, to) -> deleted.add(from / BLOCK_MESSAGES + "-" + to / BLOCK_MESSAGES));
    }

    private static long inBlock(long block) {
        return block * BLOCK_MESSAGES + 7;
    }

    @Test
    @DisplayName("C09 only blocks wholly below the group's first id go")
    void takeDead_blockReachesFirstId_stays() {
        counters.append(inBlock(0), 1);
        counters.settle(1, inBlock(0));
        assertThat(take(BLOCK_MESSAGES - 1)).isZero();
        assertThat(take(BLOCK_MESSAGES)).isEqualTo(BLOCK_MESSAGES);
        assertThat(deleted).containsExactly("0-1");
        assertThat(take(BLOCK_MESSAGES)).as("handed out once").isZero();
    }

    @Test
    @DisplayName("a block that one sleeping session still needs pins only itself")
    void takeDead_liveBlockBetween_twoRanges() {
        for (long block = 0; block < 6; block++) {
            counters.append(inBlock(block), 2);
            counters.settle(1, inBlock(block));
            if (block != 2) {
                counters.settle(2, inBlock(block));
            }
        }
        assertThat(take(inBlock(5))).isEqualTo(4 * BLOCK_MESSAGES);
        assertThat(deleted).containsExactly("0-2", "3-5");
        counters.settle(2, inBlock(2));
        assertThat(take(inBlock(5))).isEqualTo(BLOCK_MESSAGES);
        assertThat(deleted).containsExactly("2-3");
    }

    @Test
    @DisplayName("C08 after a crash nothing is deleted before every session is counted")
    void recount_sessionsMissing_nothingDeleted() {
        counters.recount(inBlock(0), inBlock(2), new long[] {10, 11, 12});
        counters.counted(10, new long[] {inBlock(1)});
        counters.counted(11, new long[0]);
        assertThat(counters.uncountedSessions()).isEqualTo(1);
        assertThat(take(inBlock(9))).isZero();
        counters.counted(12, new long[0]);
        assertThat(counters.isComplete()).isTrue();
        assertThat(take(inBlock(9))).isEqualTo(2 * BLOCK_MESSAGES);
        assertThat(deleted).containsExactly("0-1", "2-3");
    }

    @Test
    @DisplayName("T41 C08 a session that cannot be counted for damage keeps what is from before the crash, and no more")
    void uncountable_oldBlocks_stayUntilItEnds() {
        counters.recount(inBlock(0), inBlock(2), new long[] {10, 11});
        counters.counted(10, new long[0]);
        assertThat(take(inBlock(9))).isZero();
        counters.uncountable(11);
        counters.append(inBlock(4), 1);
        counters.settle(10, inBlock(4));
        counters.settle(11, inBlock(1)); // Was never counted, so it takes nothing off.
        assertThat(take(inBlock(9))).isEqualTo(BLOCK_MESSAGES);
        assertThat(deleted).containsExactly("4-5");
        assertThat(counters.isComplete())
                .as("nothing that a clean stop may save")
                .isFalse();
        counters.ended(11);
        assertThat(take(inBlock(9))).isEqualTo(3 * BLOCK_MESSAGES);
        assertThat(deleted).containsExactly("0-3");
        assertThat(counters.isComplete()).isTrue();
    }

    @Test
    @DisplayName("C08 a settle of an older message counts only behind the session's count; of a newer one always")
    void settle_beforeAndAfterCount_countedOnce() {
        counters.recount(inBlock(0), inBlock(1), new long[] {10});
        counters.settle(10, inBlock(0));
        counters.append(inBlock(3), 1);
        counters.settle(10, inBlock(3));
        counters.counted(10, new long[] {inBlock(0) + 1, inBlock(3)});
        assertThat(take(inBlock(9))).isEqualTo(2 * BLOCK_MESSAGES);
        assertThat(deleted).as("block 0 is needed").containsExactly("1-2", "3-4");
        counters.settle(10, inBlock(0) + 1);
        take(inBlock(9));
        assertThat(deleted).containsExactly("0-1");
    }

    @Test
    @DisplayName("C08 a session that ends before its count is waited for no longer")
    void ended_uncounted_complete() {
        counters.recount(inBlock(0), inBlock(0), new long[] {10});
        counters.settle(10, inBlock(0));
        counters.ended(10);
        counters.counted(10, new long[] {inBlock(0)});
        assertThat(take(inBlock(1))).as("a count that comes late is not added").isEqualTo(BLOCK_MESSAGES);
    }

    @Test
    @DisplayName("what a clean stop saves is what a clean start loads, dead blocks included")
    void saveAndLoad_blocks_same() {
        counters.append(inBlock(0), 1);
        counters.settle(1, inBlock(0));
        counters.append(inBlock(1), 3);
        Map<Long, Long> saved = new TreeMap<>();
        counters.save(saved::put);
        assertThat(saved).containsExactly(Map.entry(0L, 0L), Map.entry(1L, 3L));
        BlockCounters loaded = new BlockCounters((int) BLOCK_MESSAGES);
        saved.forEach(loaded::load);
        Map<Long, Long> again = new TreeMap<>();
        loaded.save(again::put);
        assertThat(again).isEqualTo(saved);
    }

    @Seeded(runs = 40)
    @DisplayName("C08 random crashes: a block is deleted when, and only when, nobody needs it")
    void anyHistory_withRecounts_deletesExactlyDeadBlocks(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BlockCounters live = new BlockCounters((int) BLOCK_MESSAGES);
        Map<Long, List<Long>> claims = new HashMap<>();
        for (long number = 1; number <= 4; number++) {
            claims.put(number, new ArrayList<>());
        }
        List<Long> uncounted = new ArrayList<>();
        long id = 1;
        for (int step = 0; step < 400; step++) {
            long number = random.nextLong(1, 5);
            List<Long> held = claims.getOrDefault(number, List.of());
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    id += random.nextInt(1, (int) BLOCK_MESSAGES / 2);
                    live.append(id, 1);
                    held.add(id);
                }
                case 2, 3 -> {
                    if (!held.isEmpty()) {
                        live.settle(number, held.remove(random.nextInt(held.size())));
                    }
                }
                case 4 -> {
                    if (random.nextInt(8) == 0) {
                        live = new BlockCounters((int) BLOCK_MESSAGES);
                        live.recount(1, id, new long[] {1, 2, 3, 4});
                        uncounted = new ArrayList<>(List.of(1L, 2L, 3L, 4L));
                    } else if (!uncounted.isEmpty()) {
                        long counted = uncounted.remove(random.nextInt(uncounted.size()));
                        live.counted(
                                counted,
                                claims.getOrDefault(counted, List.of()).stream()
                                        .mapToLong(Long::longValue)
                                        .toArray());
                    }
                }
                default -> {
                    boolean whole = uncounted.isEmpty();
                    live.takeDead(id + 1, (from, to) -> {
                        assertThat(whole).as("deleted before the recount ended").isTrue();
                        assertThat(claims.values())
                                .allSatisfy(
                                        ids -> assertThat(ids).noneMatch(claimed -> claimed >= from && claimed < to));
                    });
                }
            }
        }
        for (long number : List.copyOf(uncounted)) {
            live.counted(
                    number,
                    claims.getOrDefault(number, List.of()).stream()
                            .mapToLong(Long::longValue)
                            .toArray());
        }
        for (Map.Entry<Long, List<Long>> entry : claims.entrySet()) {
            for (long claimed : entry.getValue()) {
                live.settle(entry.getKey(), claimed);
            }
        }
        Map<Long, Long> left = new TreeMap<>();
        live.save(left::put);
        assertThat(left.values()).as("counters after everything is settled").allMatch(count -> count == 0);
    }

    @Test
    @DisplayName("blocks that few messages keep are handed out for a sweep, again only when half of these are gone")
    void takeSparse_fewLive_onceUntilHalved() {
        for (long id = 0; id < 3L * BLOCK_MESSAGES; id++) {
            counters.append(id, 1);
        }
        for (long id = 0; id < 2L * BLOCK_MESSAGES; id++) {
            if (id % BLOCK_MESSAGES >= 10) {
                counters.settle(1, id);
            }
        }
        long firstId = 3L * BLOCK_MESSAGES;
        assertThat(counters.takeSparse(firstId, CommitSizes.STANDARD.sparseMessages(), 3)
                        .isEmpty())
                .as("not worth it")
                .isTrue();
        SparseBlocks sparse = counters.takeSparse(firstId, CommitSizes.STANDARD.sparseMessages(), 2);
        assertThat(sparse.test(5)).isTrue();
        assertThat(sparse.test(BLOCK_MESSAGES + 5)).isTrue();
        assertThat(sparse.test(2L * BLOCK_MESSAGES)).as("full of live messages").isFalse();
        assertThat(counters.takeSparse(firstId, CommitSizes.STANDARD.sparseMessages(), 1)
                        .isEmpty())
                .as("swept")
                .isTrue();
        for (long id = 0; id < 6; id++) {
            counters.settle(1, id);
        }
        assertThat(counters.takeSparse(firstId, CommitSizes.STANDARD.sparseMessages(), 1)
                        .test(7))
                .as("half of them gone")
                .isTrue();
    }

    @Test
    @DisplayName("a sweep deletes what no shard claims, in runs that are worth a range, and waits for all shards")
    void sweep_claimsOfAllShards_gapsAreDeleted() {
        Sweep sweep = new Sweep(
                new SparseBlocks(new long[] {1}, (int) BLOCK_MESSAGES), 2, CommitSizes.STANDARD.sweepGapMin());
        sweep.claim(new long[] {BLOCK_MESSAGES + 100L, BLOCK_MESSAGES + 110L});
        assertThat(sweep.done()).isFalse();
        sweep.claim(new long[] {2L * BLOCK_MESSAGES - 1});
        assertThat(sweep.done()).isTrue();
        sweep.forEachGap((from, to) -> deleted.add(from + "-" + to));
        assertThat(deleted)
                .containsExactly(
                        BLOCK_MESSAGES + "-" + (BLOCK_MESSAGES + 100),
                        (BLOCK_MESSAGES + 111) + "-" + (2 * BLOCK_MESSAGES - 1));
    }
}
