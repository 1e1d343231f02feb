// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.server.Broker;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@code mosquitto.conf} and the files that it names, as the settings, accounts and rules of a broker in one folder. */
final class SettingsImport {
    private final Path out;
    private final Path passwords;
    private final Map<Path, Made> files = new LinkedHashMap<>();

    /**
     * A file to write.
     *
     * @param source the file of mosquitto that it was made of, null for the settings themselves
     */
    record Made(@Nullable Path source, Converted text) {}

    /** Makes ours of a file's lines. */
    private interface Conversion {
        Converted of(List<String> lines) throws MosquittoFileException;
    }

    /**
     * Converts everything; nothing is written yet.
     *
     * @throws MosquittoFileException when a file that it names cannot be taken over
     * @throws FileAlreadyExistsException when one to be written is there
     */
    SettingsImport(MosquittoSettings settings, Path out) throws IOException {
        this.out = out.toAbsolutePath().normalize();
        passwords = this.out.resolveSibling("passwords");
        Path rules = this.out.resolveSibling("rules");
        String passwordFile = settings.passwordFile();
        if (passwordFile != null) {
            Path source = Path.of(passwordFile);
            files.put(passwords, new Made(source, converted(source, MosquittoAccounts::convert)));
        }
        String aclFile = settings.aclFile();
        if (aclFile != null) {
            Path source = Path.of(aclFile);
            files.put(rules, new Made(source, converted(source, MosquittoRules::convert)));
        }
        files.put(this.out, new Made(null, settings.convert(passwords, rules)));
        for (Path file : files.keySet()) {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
        }
    }

    private static Converted converted(Path source, Conversion conversion) throws IOException {
        try {
            return conversion.of(TextFile.read(source).lines());
        } catch (MosquittoFileException e) {
            throw new MosquittoFileException("it names " + source + ", which " + e.getMessage());
        }
    }

    /** Writes all files, each whole. */
    void write() throws IOException {
        List<NewFile> fresh = new ArrayList<>();
        try {
            for (Map.Entry<Path, Made> file : files.entrySet()) {
                String text = file.getValue().text().text();
                boolean secret = file.getKey().equals(passwords);
                fresh.add(secret ? NewFile.secret(file.getKey(), text) : NewFile.readable(file.getKey(), text));
            }
            for (NewFile file : fresh) {
                file.keep();
            }
        } finally {
            for (NewFile file : fresh) {
                file.close();
            }
        }
    }

    /** What was written. */
    Map<Path, Made> written() {
        return files;
    }

    /** Why a broker would not start with the settings, as {@code config check} says it; null when it would. */
    @Nullable
    String fault() {
        try {
            Broker.check(new ConfigReader().file(out).read());
            return null;
        } catch (ConfigurationException | IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
