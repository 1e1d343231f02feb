// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One broker per folder. The system gives a lock back when its holder dies, so there are no stale ones; the file stays and
 * names the last holder.
 *
 * <p>A process loses its lock when it closes <em>any</em> channel to the same file, so inside one process a set of held
 * folders comes first and the file of a held folder is never opened twice.
 */
final class FolderLock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();
    private static final int PID_BYTES_MAX = 20;

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

    private FolderLock(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /** Takes the lock of a folder, given by its real path. */
    static FolderLock acquire(Path folder, String fileName) throws IOException {
        if (!HELD_HERE.add(folder)) {
            throw inUse(folder, String.valueOf(ProcessHandle.current().pid()), "this process");
        }
        FileChannel channel = null;
        try {
            channel = OwnFiles.open(folder.resolve(fileName));
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(folder, holder(channel), "another broker");
            }
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0);
            OwnFiles.writeFully(channel, ByteBuffer.wrap(pid), 0);
            return new FolderLock(folder, channel, lock);
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(folder);
            closeQuietly(channel, e);
            throw e;
        }
    }

    private static StoreRefusedException inUse(Path folder, String pid, String who) {
        return new StoreRefusedException(
                Reason.LOCKED,
                "the data folder " + folder + " is in use by " + who + " (pid " + pid
                        + "); stop it first, or give this broker a data folder of its own");
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(PID_BYTES_MAX);
        int length = channel.read(pid, 0);
        String text = new String(pid.array(), 0, Math.max(length, 0), StandardCharsets.US_ASCII).strip();
        return text.matches("[0-9]+") ? text : "unknown";
    }

    private static void closeQuietly(@Nullable FileChannel channel, Exception cause) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        } finally {
            HELD_HERE.remove(folder);
        }
    }
}
