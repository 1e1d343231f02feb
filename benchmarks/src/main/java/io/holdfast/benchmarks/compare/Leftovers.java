// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

/** Every process that this one started, or that one of those started, is killed with it: also on Ctrl-C, also paused. */
final class Leftovers {
    private static volatile boolean ending;

    private Leftovers() {}

    /** Arranges for it; call before the first process is started. */
    static void killAtEnd() {
        Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::killAll, "compare-leftovers"));
    }

    /** Takes note of a process that was just started, in case all others are being killed already. */
    static Process watch(Process process) {
        if (ending) {
            process.destroyForcibly();
        }
        return process;
    }

    private static void killAll() {
        ending = true;
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }
}
