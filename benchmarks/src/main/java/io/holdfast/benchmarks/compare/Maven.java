// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fetches other brokers with the Maven that builds this one, into a folder of their own: no module depends on them. */
final class Maven {
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:";

    private Maven() {}

    /** Unpacks an archive into a folder. Null when it is there, else one sentence why not. */
    static @Nullable String unpack(String artifact, Path folder) throws IOException, InterruptedException {
        if (Files.isDirectory(folder)) {
            return null;
        }
        Path fresh = fresh(folder);
        return run(
                folder,
                fresh,
                List.of(
                        PLUGIN + "unpack",
                        "-Dartifact=" + artifact,
                        "-DoutputDirectory=" + fresh,
                        "-Dproject.basedir=" + fresh));
    }

    /** Copies a library and all it needs into a folder. Null when they are there, else one sentence why not. */
    static @Nullable String libraries(String group, String name, String version, Path folder)
            throws IOException, InterruptedException {
        if (Files.isDirectory(folder)) {
            return null;
        }
        Path fresh = fresh(folder);
        Path pom = fresh.resolve("pom.xml");
        Files.writeString(pom, """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>compare</groupId><artifactId>compare</artifactId><version>1</version><packaging>pom</packaging>
                  <dependencies><dependency>
                    <groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>
                  </dependency></dependencies>
                </project>
                """.formatted(group, name, version));
        return run(
                folder,
                fresh,
                List.of(
                        "-f",
                        pom.toString(),
                        PLUGIN + "copy-dependencies",
                        "-DincludeScope=runtime",
                        "-DoutputDirectory=" + fresh));
    }

    /** What is half fetched never looks whole: the folder gets its name at the end. */
    private static Path fresh(Path folder) throws IOException {
        Path fresh = folder.resolveSibling(folder.getFileName() + ".fetching");
        Folders.delete(fresh);
        return Files.createDirectories(fresh);
    }

    private static @Nullable String run(Path folder, Path fresh, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mvn", "-q", "-B", "-ntp"));
        command.addAll(arguments);
        Path log = folder.resolveSibling(folder.getFileName() + ".log");
        Process process = new ProcessBuilder(Collections.unmodifiableList(command))
                .directory(fresh.toFile()) // not a checkout: no project's settings apply
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            return "Maven could not fetch it; what it said is in " + log;
        }
        Files.move(fresh, folder);
        return null;
    }
}
