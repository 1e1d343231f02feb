// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import io.holdfast.server.transport.UnixSocketConfig;
import io.holdfast.server.transport.UnixSocketFile;
import java.io.IOException;

/** Whether a Unix-domain socket can be made at a path, or is there already. */
final class SocketCheck {
    private static final String CHECK = "socket";

    private SocketCheck() {}

    /**
     * Looks.
     *
     * @param name as in the configuration, such as {@code listeners.local}
     */
    static Diagnosis look(String name, UnixSocketConfig socket) {
        String place = name + ".path = " + socket.path();
        try {
            UnixSocketFile.check(socket);
            return Diagnosis.ok(
                    CHECK,
                    place
                            + (UnixSocketFile.isAnswered(socket)
                                    ? ": a broker or another program listens there"
                                    : ": free"));
        } catch (IOException e) {
            return Diagnosis.fail(
                    CHECK, place + ": " + e.getMessage(), "make the folder, or set another " + name + ".path");
        }
    }
}
