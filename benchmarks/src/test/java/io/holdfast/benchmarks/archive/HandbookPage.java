// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The blocks of a page that a reader types or writes to files. */
final class HandbookPage {
    private static final String FENCE = "```";

    private final List<String> lines;

    HandbookPage(Path file) throws IOException {
        lines = Files.readAllLines(file);
    }

    /**
     * One block.
     *
     * @param language what stands behind its fence; empty for the text of a file, whose first line is a comment with its path
     */
    record Block(String language, String text) {
        boolean isCommands() {
            return language.equals("sh");
        }

        /** The path that the first line of a file's text begins with, behind {@code #}. */
        String path() {
            return text.substring(1).strip().split("[:\\s]", 2)[0];
        }
    }

    /** The blocks from a heading to the next one of any level, in their order. */
    List<Block> section(String heading) {
        int at = lines.indexOf(heading);
        if (at < 0) {
            throw new AssertionError("the page has no heading '" + heading + "'");
        }
        List<Block> blocks = new ArrayList<>();
        String language = null;
        StringBuilder text = new StringBuilder();
        for (String line : lines.subList(at + 1, lines.size())) {
            if (language == null && line.startsWith("#")) {
                break;
            }
            if (!line.startsWith(FENCE)) {
                text.append(line).append('\n');
            } else if (language == null) {
                language = line.substring(FENCE.length());
                text.setLength(0);
            } else {
                blocks.add(new Block(language, text.toString()));
                language = null;
            }
        }
        return blocks;
    }
}
