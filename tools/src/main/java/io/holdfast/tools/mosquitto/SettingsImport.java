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
    private final Map<Path, Converted> files = new LinkedHashMap<>();

    /** Makes ours of a file. */
    private interface Conversion {
        Converted of(TextFile file) throws MosquittoFileException;
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
            files.put(passwords, converted(Path.of(passwordFile), MosquittoAccounts::convert));
        }
        String aclFile = settings.aclFile();
        if (aclFile != null) {
            files.put(rules, converted(Path.of(aclFile), MosquittoRules::convert));
        }
        files.put(this.out, settings.convert(passwords, rules));
        for (Path file : files.keySet()) {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
        }
    }

    private static Converted converted(Path source, Conversion conversion) throws IOException {
        try {
            return conversion.of(TextFile.read(source));
        } catch (MosquittoFileException e) {
            throw new MosquittoFileException("it names " + source + ", which " + e.getMessage());
        }
    }

    /** Writes all files, each whole. */
    void write() throws IOException {
        List<NewFile> fresh = new ArrayList<>();
        try {
            for (Map.Entry<Path, Converted> file : files.entrySet()) {
                String text = file.getValue().text();
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
    Map<Path, Converted> written() {
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
