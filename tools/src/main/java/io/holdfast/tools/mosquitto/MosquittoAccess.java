// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may come by a {@code mosquitto.conf}. Accounts and rules count for all listeners here, there for each if the file
 * says so; what differs between listeners is not taken over, and the broker is left closed.
 */
final class MosquittoAccess {
    private static final String DIFFERS = "not taken over: listeners have different ones, and here one counts for all;"
            + " make it with 'holdfast import mosquitto', from both";

    /** The last value of a directive, how often it was said, and whether an earlier one was another. */
    private record Said(String value, Place place, int times, boolean differs) {}

    private final Map<String, Said> said = new LinkedHashMap<>();
    private boolean ofListeners;

    /** Whether a line is one of those; if so it is kept. */
    boolean take(String name, String value, Place place) {
        switch (name) {
            case "per_listener_settings" -> ofListeners = value.equals("true");
            case "password_file", "acl_file", "allow_anonymous" -> {
                Said earlier = said.get(name);
                boolean differs = ofListeners
                        && earlier != null
                        && (earlier.differs() || !earlier.value().equals(value));
                said.put(name, new Said(value, place, earlier == null ? 1 : earlier.times() + 1, differs));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The file with the accounts, null when there is none or no single one. */
    @Nullable
    String passwordFile() {
        return single("password_file");
    }

    /** The file with the rules, null when there is none or no single one. */
    @Nullable
    String aclFile() {
        return single("acl_file");
    }

    private @Nullable String single(String name) {
        Said known = said.get(name);
        return known == null || known.differs() ? null : known.value();
    }

    /**
     * The settings of access control, by their keys.
     *
     * @param listeners of the file; with none mosquitto is open to this machine alone, for everybody
     * @param passwords where the accounts are or should be
     * @param rules where the rules are or should be
     */
    Map<String, String> settings(int listeners, String passwords, String rules, Remarks remarks) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (said.containsKey("password_file")) {
            settings.put("access.password-file", passwords);
        }
        Said anonymous = said.get("allow_anonymous");
        boolean allowed = anonymous == null
                ? listeners == 0
                : anonymous.value().equals("true")
                        && !anonymous.differs()
                        && (!ofListeners || anonymous.times() >= listeners);
        settings.put("access.anonymous", Boolean.toString(allowed));
        Said acl = said.get("acl_file");
        if (acl != null) {
            settings.put("access.rules-file", rules);
            if (!said.containsKey("password_file")) {
                remarks.add(
                        acl.place(),
                        "acl_file " + acl.value(),
                        "without accounts a user name proves nothing here, and"
                                + " rules for users fit only those whom a certificate names");
            }
        }
        said.forEach((name, known) -> {
            if (known.differs()) {
                remarks.add(known.place(), name + " " + known.value(), DIFFERS);
            }
        });
        return settings;
    }
}
