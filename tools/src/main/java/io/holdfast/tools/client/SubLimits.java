// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Publish;
import picocli.CommandLine.Option;

/** Which messages {@code sub} is about, and when it has enough. */
final class SubLimits {
    @Option(names = "-C", paramLabel = "N", description = "End after N messages.")
    private int count;

    @Option(names = "-W", paramLabel = "SECONDS", description = "End after this time.")
    private int timeoutSeconds;

    @Option(names = "-E", description = "End as soon as the subscriptions are acknowledged.")
    private boolean onlySubscribe;

    @Option(names = "-R", description = "Do not print retained messages that were there before.")
    private boolean noStale;

    @Option(names = "--retained-only", description = "Print retained messages only; end at the first other one.")
    private boolean retainedOnly;

    @Option(names = "--remove-retained", description = "Delete each retained message that comes, but those of -T.")
    private boolean removeRetained;

    void requireConsistent() {
        if (count < 0 || timeoutSeconds < 0) {
            throw new IllegalArgumentException("-C and -W are positive numbers");
        }
        if (noStale && retainedOnly) {
            throw new IllegalArgumentException("-R and --retained-only together leave nothing");
        }
    }

    int timeoutSeconds() {
        return timeoutSeconds;
    }

    boolean onlySubscribe() {
        return onlySubscribe;
    }

    boolean removes(Publish message) {
        return removeRetained && message.retain();
    }

    boolean prints(Publish message) {
        if (removeRetained && !message.retain() && message.payload().length == 0) {
            return false; // The echo of a deletion.
        }
        return message.retain() ? !noStale : !retainedOnly;
    }

    /** Whether this message ends the run without being printed. */
    boolean endsBefore(Publish message) {
        return retainedOnly && !message.retain();
    }

    boolean isEnough(long printed) {
        return count > 0 && printed >= count;
    }
}
