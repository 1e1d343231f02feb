// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Each test class begins with 3.1.1, whatever the one before it spoke. JUnit finds it by itself, for all classes. */
public final class FirstDialect implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        Dialect.MQTT_3_1_1.speak();
    }
}
