// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.io.IOException;

/**
 * A part of the broker that takes other settings, and reads its files again, while the broker runs. All parts are asked
 * first; only when none objects does anything change. The supervising thread.
 */
interface Reloadable {
    /**
     * Reads and checks everything that a change needs, and changes nothing.
     *
     * @param next the settings that are to be in force
     * @return puts them in force; must not fail
     * @throws IOException with one sentence: which file, what is wrong with it
     */
    Runnable prepare(BrokerConfig next) throws IOException;
}
