// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A connection to a Unix-domain socket that looks like one of TCP, without time limits. */
public final class UnixSocket extends Socket {
    private final SocketChannel channel;

    public UnixSocket(Path path) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    }

    @Override
    public InputStream getInputStream() {
        return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
        return Channels.newOutputStream(channel);
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** Such a socket sends at once. */
    @Override
    public void setTcpNoDelay(boolean on) {}

    /** Reading waits for ever: the test's own time limit counts. */
    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
