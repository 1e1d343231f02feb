// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.storage.store.Ballast;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops taking messages before the disk is full. A store that meets a full disk fails as a whole, deliveries with it; one
 * that keeps some space to itself goes on delivering, and every acknowledgement of a subscriber brings the day nearer on
 * which space comes back. What is taken again needs more space than what is refused, or the two would alternate.
 *
 * <p>Should something else fill the disk all the same, the {@link Ballast} is thrown away: the store can then be opened
 * and emptied.
 *
 * <p>Lives as long as the process. {@link #isLow} and {@link #freeBytes} on any thread; looking costs one system call.
 */
final class DiskReserve {
    private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
    private static final int LEAST_SHARE = 20;
    private static final int SLACK_SHARE = 10;
    private static final long BALLAST_BYTES_MAX = 32L << 20;
    private static final long MIB = 1L << 20;

    private final Path folder;
    private final long reserve;
    private final Ballast ballast;
    private volatile boolean low;
    private volatile long freeBytes = Long.MAX_VALUE;

    /**
     * Watches the disk of a folder.
     *
     * @param folder the data folder, or where it will be
     * @param reserveMax bytes that are kept free at most: a twentieth of the disk is enough; 0 keeps none
     */
    DiskReserve(Path folder, long reserveMax) {
        this.folder = folder.toAbsolutePath();
        reserve = Math.min(reserveMax, disk().toFile().getTotalSpace() / LEAST_SHARE);
        ballast = new Ballast(this.folder, Math.min(BALLAST_BYTES_MAX, reserve / 2));
    }

    /** The folder, or the nearest one above it that is there. */
    private Path disk() {
        Path nearest = folder;
        while (!nearest.toFile().exists() && nearest.getParent() != null) {
            nearest = nearest.getParent();
        }
        return nearest;
    }

    /** Whether messages that would have to be stored are not taken now. */
    boolean isLow() {
        return low;
    }

    /** Bytes that messages could take when somebody looked last, the reserve included. */
    long freeBytes() {
        return freeBytes;
    }

    long reserveBytes() {
        return reserve;
    }

    /**
     * Measures the disk and judges. Any thread.
     *
     * @param owed bytes that the store will write whatever happens: what is in its memory goes to files one day, and only
     *     then leaves the log
     */
    synchronized void look(long owed) {
        if (reserve == 0) {
            return;
        }
        long usable = disk().toFile().getUsableSpace();
        long free = Math.max(0, usable - owed);
        freeBytes = free;
        if (!low && free < reserve) {
            low = true;
            LOG.warn(
                    "{} left on the disk of {}, less than the reserve of {}: messages that would have to be stored are"
                            + " not taken until there is more (MQTT 5 clients get 0x97, others wait); stored ones are"
                            + " delivered; free some space",
                    text(free),
                    folder,
                    text(reserve));
        } else if (low && free >= reserve + ballast.bytes() + reserve / SLACK_SHARE) {
            low = false;
            LOG.info("{} left on the disk of {}: messages are taken again", text(free), folder);
        }
        if (usable < ballast.bytes()) {
            dropBallast();
        }
    }

    /** Whether there is room for a ballast that is not there. */
    synchronized boolean lacksBallast() {
        return reserve > 0
                && !low
                && freeBytes >= reserve + 2 * ballast.bytes() + reserve / SLACK_SHARE
                && !ballast.isKept();
    }

    /** Makes the ballast, which takes seconds on a slow disk. */
    void keepBallast() {
        try {
            ballast.keep();
        } catch (IOException e) {
            LOG.warn("the ballast in {} could not be made, it is tried again later: {}", folder, e.getMessage());
        }
    }

    private void dropBallast() {
        try {
            if (ballast.drop()) {
                LOG.warn("the disk of {} is full: {} of ballast are given back", folder, text(ballast.bytes()));
            }
        } catch (IOException e) {
            LOG.warn("the ballast in {} could not be given back: {}", folder, e.getMessage());
        }
    }

    private static String text(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes / MIB);
    }
}
