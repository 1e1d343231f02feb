// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import io.holdfast.server.access.AccessFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Changes a password file for the command line. Each change is written to a new file, synced and moved over the old one:
 * a broker that reads meanwhile sees the old file or the new one, and a crash leaves one of them. Comments stay.
 */
public final class AccountEditor {
    /** What a new hash of a chosen password costs, unless said otherwise. */
    public static final int ITERATIONS_DEFAULT = 210_000;

    /** Fewer would be no protection. */
    public static final int ITERATIONS_MIN = 1_000;

    /** More would let one login stop all others. */
    public static final int ITERATIONS_MAX = PasswordHash.ITERATIONS_MAX;

    private static final int SALT_BYTES = 16;

    private final Path file;
    private final SecureRandom random = new SecureRandom();
    private PasswordFile read;

    /**
     * Opens a file for changes; a missing one is made by the first.
     *
     * @throws AccessFileException when it is there and cannot be understood
     */
    public AccountEditor(Path file) throws AccessFileException {
        this.file = file;
        read = PasswordFile.edit(file);
    }

    public PasswordFile accounts() {
        return read;
    }

    /** Adds an account, or gives the one with this name a password and groups, hashed by PBKDF2. */
    public void put(String user, byte[] password, Set<String> groups, int iterations) throws IOException {
        write(new Account(user, PasswordHash.pbkdf2(password, salt(), iterations), groups));
    }

    /** As above, hashed by Argon2id, which takes memory too. */
    public void putArgon2id(String user, byte[] password, Set<String> groups) throws IOException {
        write(new Account(user, PasswordHash.argon2id(password, salt(), Argon2.Cost.DEFAULT), groups));
    }

    /** As above, hashed for SCRAM-SHA-256, whose clients never send their password. */
    public void putScram(String user, byte[] password, Set<String> groups, int iterations) throws IOException {
        write(new Account(user, PasswordHash.scram(password, salt(), iterations), groups));
    }

    /**
     * As above with a secret of 128 random bits, which is cheap to verify because nobody can guess it.
     *
     * @return the secret, which stands nowhere else
     */
    public String putMachine(String user, Set<String> groups) throws IOException {
        return putMachines(List.of(user), groups).get(0);
    }

    /**
     * As above for many users at once: all of them are added, or none.
     *
     * @return their secrets, in the order of the users
     */
    public List<String> putMachines(List<String> users, Set<String> groups) throws IOException {
        List<String> secrets = new ArrayList<>();
        List<Account> accounts = new ArrayList<>();
        for (String user : users) {
            String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(salt());
            byte[] password = secret.getBytes(StandardCharsets.US_ASCII);
            secrets.add(secret);
            accounts.add(new Account(user, PasswordHash.sha256(password, salt()), groups));
        }
        replace(read.with(accounts));
        return secrets;
    }

    /** Takes an account away, which has to be there. */
    public void remove(String user) throws IOException {
        replace(read.without(user));
    }

    /** The groups that an account has now. */
    public Set<String> groups(String user) {
        Account account = read.accounts().get(user);
        return account == null ? Set.of() : account.groups();
    }

    private byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }

    private void write(Account account) throws IOException {
        replace(read.with(List.of(account)));
    }

    private void replace(List<String> lines) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null) {
            throw new AccessFileException(file, "is a folder");
        }
        boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] rights = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Path fresh = Files.createTempFile(folder, target.getFileName() + ".", ".tmp", rights);
        try {
            byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
            Files.write(fresh, text);
            sync(fresh, StandardOpenOption.WRITE);
            if (posix && Files.exists(target)) {
                keepOwner(target, fresh);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        sync(folder, StandardOpenOption.READ);
        read = PasswordFile.edit(file);
    }

    /** An operator who is root must not take the file away from the broker, which then could not read it again. */
    private void keepOwner(Path old, Path fresh) throws IOException {
        UserPrincipal owner = Files.getOwner(old);
        if (!owner.equals(Files.getOwner(fresh))) {
            try {
                Files.setOwner(fresh, owner);
            } catch (FileSystemException e) {
                throw new AccessFileException(
                        file, "belongs to " + owner.getName() + "; change it as that user, or as root", e);
            }
        }
    }

    private static void sync(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }
}
