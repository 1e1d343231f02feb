// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

/** Where settings come from: a running broker asks again when it is told to. */
public interface ConfigSource {
    /**
     * A reader that has been told everything.
     *
     * @throws ConfigurationException when a file cannot be read or is no configuration
     */
    ConfigReader open() throws ConfigurationException;
}
