// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

/**
 * What a setting is, and who said so.
 *
 * @param text as somebody wrote it
 * @param origin for a person: the reference file's default, a file with its line, a variable of the environment, or --set
 */
public record SettingValue(String text, String origin) {
    /** The origin of what nobody has set. */
    static final String DEFAULT = "default";

    /** What is shown of a secret. */
    public static final String MASK = "********";

    /** Whether nobody has set it. */
    public boolean isDefault() {
        return origin.equals(DEFAULT);
    }

    /** The text as anybody may see it: that of a password, token or secret is not shown. */
    public String shown(String key) {
        return isSecret(key) ? MASK : text;
    }

    /** Whether the value of this setting must not be shown; what names a file is no secret. */
    static boolean isSecret(String key) {
        return key.matches(".*(password|secret|token)");
    }
}
