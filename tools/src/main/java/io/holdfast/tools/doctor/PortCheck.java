// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import io.holdfast.server.transport.ListenerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Whether a port can be listened on, or who does. */
final class PortCheck {
    private PortCheck() {}

    /**
     * Looks.
     *
     * @param name as in the configuration, such as {@code listeners.tcp}
     * @param bind an address, or {@link ListenerConfig#LOOPBACK}
     * @param port 0 for any
     */
    static Diagnosis look(String name, String bind, int port, PortOwner owners) {
        String place = name + ".port = " + port;
        if (port == 0) {
            return Diagnosis.ok("port", place + ": any free one");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            InetAddress address = bind.equals(ListenerConfig.LOOPBACK)
                    ? InetAddress.getLoopbackAddress()
                    : InetAddress.getByName(bind);
            socket.bind(new InetSocketAddress(address, port));
            return Diagnosis.ok("port", place + ": free");
        } catch (IOException e) {
            PortOwner.Owner owner = owners.of(port);
            if (owner != null && owner.isHoldfast()) {
                return Diagnosis.ok("port", place + ": a broker of ours listens there (" + owner.text() + ")");
            }
            String who = owner == null ? String.valueOf(e.getMessage()) : "taken by " + owner.text();
            return Diagnosis.fail("port", place + ": " + who, "stop what uses it, or set another " + name + ".port");
        }
    }
}
