// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.server.account.PasswordFile;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * A password file of mosquitto as ours, which knows its hashes. What mosquitto passes over with a warning is remarked; ours
 * would be refused as a whole for it.
 */
final class MosquittoAccounts {
    private final StringBuilder text = new StringBuilder();
    private final Remarks remarks = new Remarks();
    private final Set<String> users = new HashSet<>();

    private MosquittoAccounts() {}

    /**
     * Converts a file.
     *
     * @throws MosquittoFileException when there is no account in it that can be taken over
     */
    static Converted convert(TextFile file) throws MosquittoFileException {
        MosquittoAccounts accounts = new MosquittoAccounts();
        for (int i = 0; i < file.lines().size(); i++) {
            accounts.line(file.lines().get(i), new Place(file.path(), i + 1, i));
        }
        if (accounts.users.isEmpty()) {
            throw new MosquittoFileException("holds no account that can be taken over; nothing was written");
        }
        String summary = String.format(
                Locale.ROOT, "%,d %s", accounts.users.size(), accounts.users.size() == 1 ? "account" : "accounts");
        return new Converted(accounts.text.toString(), accounts.remarks.lines(), summary);
    }

    private void line(String line, Place place) {
        if (line.isBlank() || line.startsWith("#")) {
            text.append(line.strip()).append('\n');
            return;
        }
        String[] parts = line.split(":", 3);
        String user = parts[0].strip();
        String hash = parts.length < 2 ? "" : parts[1].strip();
        if (hash.isEmpty()) {
            remarks.add(place, "a line without a hash", "left out; mosquitto passes over it too"); // May be a password.
            return;
        }
        String fault = PasswordFile.faultOf(user);
        if (fault == null && !hash.startsWith("$")) {
            fault = "its password is not hashed; run mosquitto_passwd -U on the file first";
        }
        if (fault == null) {
            fault = PasswordFile.faultOfHash(hash);
        }
        if (fault == null && !users.add(user)) {
            fault =
                    "there is an account of that name above, which counts here; in some versions of mosquitto the last counts";
        }
        if (fault == null) {
            text.append(user).append(':').append(hash).append('\n');
        } else {
            remarks.add(place, "account '" + user + "'", "left out: " + fault);
        }
    }
}
