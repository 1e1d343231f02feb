// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What a power cut leaves of a folder that a killed process wrote to. A kill alone proves little: the system's cache
 * survives it. The library {@code powercut.c} notes what was synced; {@link #cut} takes away what was not, in one of the
 * ways in which disks do. Tests that use it say {@code @RequiresTool("gcc")}.
 *
 * <p>Left as they are: changes of bytes that a file had at its last sync (each may have reached the disk or not), and
 * files that were deleted (they could come back). Both only matter to who relies on them.
 */
public final class PowerCut {
    /** What has become of bytes behind the last sync of their file. */
    public enum Variant {
        /** None reached the disk. */
        CLEAN,
        /** Some did, up to any byte. */
        TORN,
        /** The file grew, its blocks did not: zeros from some byte on. */
        ZEROED,
        /** The file grew to blocks that held something else. */
        GARBAGE,
        /** None reached the disk, and names that no sync of their folder made durable are gone. */
        LOST_NAMES
    }

    private final Path library;
    private final Path folder;
    private final Path log;
    private final Path graves;
    private final Map<Path, Long> durable = new HashMap<>();

    private PowerCut(Path library, Path folder, Path workFolder) throws IOException {
        this.library = library;
        this.folder = folder.toAbsolutePath();
        log = workFolder.resolve("powercut.log");
        graves = Files.createDirectories(workFolder.resolve("powercut.graves"));
    }

    /**
     * Compiles the library.
     *
     * @param workFolder takes what is noted; on the same file system as {@code cutFolder}
     * @param cutFolder real path of the folder whose files are cut; it need not exist yet
     */
    public static PowerCut build(Path workFolder, Path cutFolder) throws IOException {
        return new PowerCut(NativeFixture.build("powercut", workFolder), cutFolder, workFolder);
    }

    /** What a process needs to be noted. */
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "POWERCUT_FOLDER", folder.toString(),
                "POWERCUT_GRAVES", graves.toString(),
                "POWERCUT_LOG", log.toString());
    }

    /** What the folder holds now is durable; before each start of the process. */
    public void begin() throws IOException {
        Files.deleteIfExists(log);
        try (Stream<Path> old = Files.list(graves)) {
            for (Path grave : (Iterable<Path>) old::iterator) {
                Files.delete(grave);
            }
        }
        durable.clear();
        if (Files.exists(folder)) {
            for (Path file : files()) {
                durable.put(file, Files.size(file));
            }
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /**
     * Takes away what the dead process has not synced.
     *
     * @return bytes taken or spoilt
     */
    public long cut(Variant variant, long seed) throws IOException {
        Deque<String[]> names = new ArrayDeque<>();
        Map<Path, Long> synced = new HashMap<>(durable);
        if (Files.exists(log)) {
            for (String line : Files.readAllLines(log)) {
                note(line.split("\t", -1), synced, names);
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        long lost = 0;
        for (Path file : files()) {
            lost += spoil(file, synced.getOrDefault(file, 0L), variant, random);
        }
        while (variant == Variant.LOST_NAMES && !names.isEmpty()) {
            undo(names.removeLast());
        }
        return lost;
    }

    private static void note(String[] fields, Map<Path, Long> synced, Deque<String[]> names) {
        Path path = Path.of(fields[1]);
        switch (fields[0]) {
            case "S" -> synced.merge(path, Long.parseLong(fields[2]), Math::max);
            case "D" ->
                names.removeIf(change -> path.equals(
                        Path.of(change[change[0].equals("R") ? 2 : 1]).getParent()));
            case "C" -> {
                synced.put(path, 0L); // A new file of an old name.
                names.addLast(fields);
            }
            case "R" -> {
                Path to = Path.of(fields[2]);
                Long length = synced.remove(path);
                synced.put(to, length == null ? 0 : length);
                names.addLast(fields);
            }
            default -> throw new IllegalArgumentException("unknown note " + fields[0]);
        }
    }

    private static void undo(String[] change) throws IOException {
        Path named = Path.of(change[1]);
        if (change[0].equals("C")) {
            Files.deleteIfExists(named);
            return;
        }
        Path to = Path.of(change[2]);
        if (Files.exists(to)) {
            Files.move(to, named, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!change[3].equals("-")) {
            Files.copy(Path.of(change[3]), to);
        }
    }

    private static long spoil(Path file, long synced, Variant variant, SplittableRandom random) throws IOException {
        long size = Files.size(file);
        if (size <= synced) {
            return 0;
        }
        long from =
                variant == Variant.CLEAN || variant == Variant.LOST_NAMES ? synced : random.nextLong(synced, size + 1);
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            if (variant == Variant.ZEROED || variant == Variant.GARBAGE) {
                byte[] block = new byte[(int) Math.min(size - from, 1 << 20)];
                content.seek(from);
                for (long left = size - from; left > 0; left -= block.length) {
                    if (variant == Variant.GARBAGE) {
                        random.nextBytes(block);
                    }
                    content.write(block, 0, (int) Math.min(left, block.length));
                }
            } else {
                content.setLength(from);
            }
        }
        return size - from;
    }
}
