// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import java.util.ArrayList;
import java.util.List;

/** Publishers of all loops that begin and end together. Any thread. */
public final class Publishing {
    /** No limit on the number of messages. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private final LoadLoops loops;
    private final List<Publisher> publishers;
    private final List<Pacer> pacers = new ArrayList<>();

    public Publishing(LoadLoops loops, List<Publisher> publishers) {
        this.loops = loops;
        this.publishers = publishers;
    }

    /** Begins a closed loop: so many messages in all, as fast as the windows allow. */
    public void start(long messages) {
        for (Publisher publisher : publishers) {
            long share = share(messages, publisher.number());
            publisher.loop().executor().execute(() -> {
                publisher.begin(share);
                publisher.pump(System.nanoTime());
            });
        }
    }

    /** Begins an open loop: so many messages in all, at a rate of so many a second in all. */
    public void start(long messages, double perSecond) {
        for (int i = 0; i < loops.count(); i++) {
            LoadLoop loop = loops.of(i);
            List<Publisher> mine = publishers.stream()
                    .filter(p -> p.loop().index() == loop.index())
                    .toList();
            if (!mine.isEmpty()) {
                double part = perSecond * mine.size() / publishers.size();
                Pacer pacer = new Pacer(loop, mine, part);
                pacers.add(pacer);
                loop.executor().execute(() -> start(pacer, mine, messages));
            }
        }
    }

    private void start(Pacer pacer, List<Publisher> mine, long messages) {
        long nowNanos = System.nanoTime();
        for (int i = 0; i < mine.size(); i++) {
            mine.get(i).begin(share(messages, mine.get(i).number()), pacer.schedule(i, nowNanos));
        }
        pacer.start(nowNanos);
    }

    private long share(long messages, int publisher) {
        if (messages == UNLIMITED) {
            return UNLIMITED;
        }
        int count = publishers.size();
        return messages / count + (publisher < messages % count ? 1 : 0);
    }

    /** Publishes no more: when this returns nothing is sent any more, and what is outstanding may be acknowledged. */
    public void stop() {
        for (Pacer pacer : pacers) {
            pacer.loop().executor().execute(pacer::stop);
        }
        for (Publisher publisher : publishers) {
            publisher.loop().executor().execute(publisher::stop);
        }
        for (int i = 0; i < loops.count(); i++) {
            loops.of(i).executor().submit(() -> {}).syncUninterruptibly(); // Behind all of the above.
        }
    }
}
