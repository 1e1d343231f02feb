// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.server.transport.tls.Handshakes;
import io.holdfast.server.transport.tls.Tls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One way in: the sockets on which a listener of the configuration listens, for MQTT over TCP [MQTT-7.1.1-1] [MQTT5-4.2-1]
 * or over what else its type says, and what came in through them. Opened and closed by one thread; connections are accepted
 * on event loops.
 */
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 4_096;
    private static final int WATERMARK_LOW = 64 << 10;
    private static final int READ_BYTES_FIRST = 2 << 10;
    private static final int READ_BYTES_MAX = 32 << 10;

    private final Connections connections;
    private final List<Channel> channels = new ArrayList<>();
    private volatile ListenerConfig config;
    private final AtomicInteger open = new AtomicInteger();
    private @Nullable UnixSocketFile socketFile;

    private final @Nullable Handshakes handshakes;

    private Listener(ListenerConfig config, @Nullable Tls tls, Connections connections) {
        this.config = config;
        this.connections = connections;
        handshakes =
                tls == null ? null : new Handshakes(tls, connections.loops().size(), connections::handshakeFailed);
    }

    /**
     * Binds the addresses of a listener. The first must work; others may fail, as ::1 on a system without IPv6, and are bound
     * to the port of the first. A Unix-domain socket has one address, its path.
     *
     * @param tls its TLS if its type has it
     * @throws ListenException when it cannot listen; nothing stays bound then
     */
    public static Listener open(ListenerConfig config, @Nullable Tls tls, Connections connections)
            throws ListenException {
        Listener listener = new Listener(config, tls, connections);
        if (config.unix() != null) {
            listener.bind(config.unix());
            return listener;
        }
        List<InetAddress> addresses = listener.addressesWanted();
        ServerBootstrap bootstrap = listener.bootstrap()
                .channel(connections.loops().serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true);
        listener.bind(bootstrap, new InetSocketAddress(addresses.get(0), config.port()));
        int port = listener.addresses().get(0).getPort();
        for (InetAddress address : addresses.subList(1, addresses.size())) {
            try {
                listener.bind(bootstrap, new InetSocketAddress(address, port));
            } catch (ListenException e) {
                connections.log().debug("not listening on {}: {}", address, e.getMessage());
            }
        }
        return listener;
    }

    /**
     * Looks whether the folder of a Unix-domain socket is there, as {@link #open} would.
     *
     * @throws ListenException when it could not listen
     */
    public static void check(ListenerConfig config) throws ListenException {
        UnixSocketConfig unix = config.unix();
        if (unix != null) {
            try {
                UnixSocketFile.check(unix);
            } catch (IOException e) {
                throw refused(config, unix.place(), e);
            }
        }
    }

    private List<InetAddress> addressesWanted() throws ListenException {
        boolean loopback = config.bind().equals(ListenerConfig.LOOPBACK);
        List<InetAddress> addresses = new ArrayList<>();
        try {
            for (String name : loopback ? List.of("127.0.0.1", "::1") : List.of(config.bind())) {
                addresses.addAll(List.of(InetAddress.getAllByName(name)));
            }
        } catch (UnknownHostException e) {
            String sentence = "cannot listen on '" + config.bind() + "': this machine has no such address";
            throw new ListenException(config, sentence, e);
        }
        return addresses;
    }

    private void bind(ServerBootstrap bootstrap, InetSocketAddress address) throws ListenException {
        bind(bootstrap, address, text(address));
    }

    private void bind(ServerBootstrap bootstrap, SocketAddress address, String place) throws ListenException {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw refused(place, bound.cause());
        }
        channels.add(bound.channel());
    }

    private void bind(UnixSocketConfig unix) throws ListenException {
        ServerBootstrap bootstrap =
                bootstrap().channel(connections.loops().unixServerChannel()).childAttr(UnixSocketFile.cameBy(), unix);
        try {
            UnixSocketFile file = UnixSocketFile.prepare(unix);
            try {
                bind(bootstrap, connections.loops().unixAddress(file.hidden()), unix.place());
                file.publish();
                socketFile = file;
            } finally {
                file.clear();
            }
        } catch (ListenException e) {
            throw e;
        } catch (IOException e) {
            close();
            throw refused(unix.place(), e);
        }
    }

    private ListenException refused(String place, Throwable cause) {
        return refused(config, place, cause);
    }

    private static ListenException refused(ListenerConfig config, String place, Throwable cause) {
        return new ListenException(config, "cannot listen on " + place + ": " + reason(cause), cause);
    }

    /** What the system says, without the technical words around it. */
    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        for (String known : List.of("Address already in use", "Permission denied", "Cannot assign requested address")) {
            if (message.contains(known)) {
                return known.toLowerCase(Locale.ROOT);
            }
        }
        return message;
    }

    private ServerBootstrap bootstrap() {
        EventLoops loops = connections.loops();
        return new ServerBootstrap()
                .group(loops.acceptor(), loops.group())
                .handler(connections.acceptRate())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                // A client may send DISCONNECT and close its half at once: what it sent before still counts.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WATERMARK_LOW, MqttConnection.OUTBOUND_BYTES_HIGH))
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(64, READ_BYTES_FIRST, READ_BYTES_MAX))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted(channel);
                    }
                });
    }

    /** A socket was accepted. Its event loop. */
    private void accepted(Channel channel) {
        int max = config.connectionsMax();
        boolean room = open.incrementAndGet() <= max || max == 0;
        if (room && connections.accepted(channel, config.name())) {
            channel.closeFuture().addListener(closed -> open.decrementAndGet());
            if (config.type().isWebSocket()) {
                WebSocketUpgrade.expect(channel, config.webSocket(), connections);
            }
            if (handshakes != null) { // Before HTTP: each of them goes to the front.
                handshakes.begin(channel);
            }
            ProxyConfig proxy = config.proxy();
            if (proxy != null) { // Last: it goes to the front.
                ProxyHeader.expect(channel, proxy, connections);
            }
            return;
        }
        open.decrementAndGet();
        if (!room) {
            connections.refuse(channel);
        }
    }

    /**
     * Another limit, and other certificates, for those who come from now on; nobody who is there notices. Any thread.
     *
     * @param next of the same name, type and address
     * @param tls its TLS if its type has it
     */
    public void use(ListenerConfig next, @Nullable Tls tls) {
        config = next;
        if (handshakes != null && tls != null) {
            handshakes.use(tls);
        }
    }

    /** Its name in the configuration. */
    public String name() {
        return config.name();
    }

    public ListenerType type() {
        return config.type();
    }

    /** Sockets open now that came in here, whatever was received on them. Any thread. */
    public int openConnections() {
        return open.get();
    }

    /** Where clients can connect over a network, in the order of binding. */
    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (Channel channel : channels) {
            if (channel.localAddress() instanceof InetSocketAddress address) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    /** Where clients can connect, as an operator writes it. */
    public List<String> places() {
        UnixSocketConfig unix = config.unix();
        return unix != null
                ? List.of(unix.place())
                : addresses().stream().map(Listener::text).toList();
    }

    /** An address as an operator writes it, IPv6 in brackets. */
    public static String text(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }

    /** Stops accepting; open connections live on. */
    @Override
    public void close() {
        for (Channel channel : channels) {
            channel.close().awaitUninterruptibly();
        }
        channels.clear();
        UnixSocketFile file = socketFile;
        if (file != null) {
            socketFile = null;
            try {
                file.remove();
            } catch (IOException e) {
                connections.log().warn("the socket's file stays behind: {}", e.getMessage());
            }
        }
    }
}
