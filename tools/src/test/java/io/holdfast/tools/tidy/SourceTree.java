// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.tidy;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The repository's own text files: no build results, no installed packages, nothing that is ignored at the top. */
public final class SourceTree {
    private static final Set<String> FOREIGN_FOLDERS = Set.of(".git", "target", "node_modules");

    private final Path root;
    private final List<TextFile> files = new ArrayList<>();

    /**
     * A file and its lines.
     *
     * @param name relative to the root, with forward slashes
     */
    public record TextFile(String name, List<String> lines) {
        public boolean isJava() {
            return name.endsWith(".java");
        }

        public String simpleName() {
            return name.substring(name.lastIndexOf('/') + 1);
        }
    }

    public SourceTree(Path root) throws IOException {
        this.root = root;
        Set<Path> ignored = ignoredAtTop();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean foreign = ignored.contains(folder)
                        || FOREIGN_FOLDERS.contains(folder.getFileName().toString());
                return foreign ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                // In a second worktree .git is a file.
                boolean foreign = ignored.contains(file)
                        || FOREIGN_FOLDERS.contains(file.getFileName().toString());
                if (!foreign && attributes.isRegularFile()) {
                    read(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // Somebody's, and gone while we looked.
                }
                throw e;
            }
        });
    }

    public List<TextFile> files() {
        return files;
    }

    /** What lies directly in the root, folders and files, without what is ignored there. */
    Set<String> topNames() throws IOException {
        Set<Path> ignored = ignoredAtTop();
        Set<String> names = new TreeSet<>();
        try (var entries = Files.list(root)) {
            entries.filter(entry -> !ignored.contains(entry))
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> !FOREIGN_FOLDERS.contains(name))
                    .forEach(names::add);
        }
        return names;
    }

    private void read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (MalformedInputException e) {
            lines = List.of(); // not text (a golden store, an image): only its name counts
        }
        files.add(new TextFile(root.relativize(file).toString().replace('\\', '/'), lines));
    }

    /** Plain names of .gitignore; its patterns concern files that the rules do not look at. */
    private Set<Path> ignoredAtTop() throws IOException {
        Path list = root.resolve(".gitignore");
        Set<Path> ignored = new TreeSet<>();
        if (Files.exists(list)) {
            for (String line : Files.readAllLines(list)) {
                String name = line.strip().replaceAll("^/|/$", "");
                if (!name.isEmpty() && !name.contains("*") && !name.startsWith("#")) {
                    ignored.add(root.resolve(name));
                }
            }
        }
        return ignored;
    }
}
