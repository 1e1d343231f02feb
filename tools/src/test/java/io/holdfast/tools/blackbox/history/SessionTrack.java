// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.util.Optional;

/**
 * Whether the broker holds a session for one client id, as far as the client can know: a CONNECT whose CONNACK was never
 * read may or may not have been processed.
 */
final class SessionTrack {
    private enum State {
        NONE,
        EXISTS,
        UNKNOWN
    }

    private State now = State.NONE;
    private State before = State.NONE;
    private boolean clean;

    void onConnectCalled(boolean cleanSession) {
        before = now;
        clean = cleanSession;
        if (cleanSession) {
            now = now == State.EXISTS ? State.UNKNOWN : now;
        } else {
            now = now == State.NONE ? State.UNKNOWN : now;
        }
    }

    /** A refused CONNECT changes nothing. */
    void onRefused() {
        now = before;
    }

    /** Judges Session Present; returns what is wrong with it. */
    Optional<String> onConnected(boolean sessionPresent) {
        State known = before;
        now = clean ? State.NONE : State.EXISTS;
        if (clean && sessionPresent) {
            return Optional.of("session present 1 on a clean session [MQTT-3.2.2-1]");
        }
        if (!clean && known == State.EXISTS && !sessionPresent) {
            return Optional.of("session present 0 although the session exists [MQTT-3.2.2-2]");
        }
        if (!clean && known == State.NONE && sessionPresent) {
            return Optional.of("session present 1 although no session exists [MQTT-3.2.2-3]");
        }
        return Optional.empty();
    }

    /** Whether the CONNACK just judged ended everything the session held before, without the broker being at fault. */
    boolean startedAfresh(boolean sessionPresent) {
        return clean || (!sessionPresent && before != State.EXISTS);
    }
}
