// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.List;
import java.util.Locale;

/** A part of the broker whose log has a level of its own. */
public enum LogArea {
    CONNECTION("io.holdfast.server.transport"),
    SESSION("io.holdfast.server.session"),
    STORE("io.holdfast.storage"),
    ACCESS("io.holdfast.server.access"),
    ADMIN("io.holdfast.server.admin"),
    AUDIT("holdfast.audit");

    private final String code;

    /** The area of a package's loggers, and of the one with the area's own name. */
    LogArea(String code) {
        this.code = code;
    }

    List<String> loggers() {
        return List.of("holdfast." + key(), code);
    }

    /** Its name in settings. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
