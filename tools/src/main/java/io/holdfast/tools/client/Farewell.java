// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;

/** What is done when a signal ends the process before the verb has: Ctrl-C and SIGTERM are ordinary ways to stop. */
final class Farewell {
    private final AtomicBoolean due = new AtomicBoolean(true);

    private Farewell() {}

    /**
     * Waits for a signal.
     *
     * @param last is run once, on a thread of its own, and gives the exit code; it may take a moment
     */
    static Farewell onSignal(IntSupplier last) {
        Farewell farewell = new Farewell();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            // A JVM ended by a signal would report the signal.
                            if (farewell.due.getAndSet(false)) {
                                Runtime.getRuntime().halt(last.getAsInt());
                            }
                        },
                        "holdfast-farewell"));
        return farewell;
    }

    /** The verb has ended by itself. */
    void cancel() {
        due.set(false);
    }
}
