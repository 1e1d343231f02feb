// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.metrics.MetricsPage;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP endpoint for operators on 127.0.0.1, on a thread of its own: it lives as long as the broker and asks the life
 * that serves now. Everything a stranger on this machine can make it hold is bounded.
 */
public final class AdminEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminEndpoint.class);
    private static final int CONNECTIONS_MAX = 32;
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final int LINE_BYTES_MAX =
            64 << 10; // A topic of 65,535 bytes does not fit percent-encoded: none is so long.
    private static final int HEADER_BYTES_MAX = 16 << 10;
    private static final long REQUEST_MILLIS_MAX = 10_000;
    private static final long CLOSE_SECONDS_MAX = 5;

    private static final int WITHOUT_TOKEN_PER_SECOND = 100;
    private static final int SLOW_PAGES_WAITING_MAX = 4;

    private final Supplier<@Nullable AdminLife> life;
    private final MetricsPage metrics;
    private final boolean metricsOpen;
    private final TailHub tails = new TailHub();
    private final DurableProbe durable = new DurableProbe();
    private final RequestRate withoutToken = new RequestRate(WITHOUT_TOKEN_PER_SECOND, System::nanoTime);
    private final ExecutorService slowPages = new ThreadPoolExecutor(
            0,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(SLOW_PAGES_WAITING_MAX),
            new DefaultThreadFactory("holdfast-metrics", true));
    private final AdminFiles files;
    private final byte[] token;
    private final AtomicInteger open = new AtomicInteger();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("holdfast-admin", true), NioIoHandler.newFactory());
    private @Nullable Channel listening;
    private boolean moved;

    private AdminEndpoint(AdminConfig config, Path folder, MetricsPage metrics, Supplier<@Nullable AdminLife> life)
            throws IOException {
        this.metrics = metrics;
        metricsOpen = config.metricsOpen();
        this.life = life;
        files = new AdminFiles(folder);
        token = files.token().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Starts to listen and says where in the data folder, which is ours already.
     *
     * @param metrics what {@code /metrics} tells
     * @param life the life that answers now, or null while there is none
     * @throws AdminAddressException when the chosen port cannot be listened on
     * @throws IOException when the files in the data folder cannot be written
     */
    public static AdminEndpoint start(
            AdminConfig config, Path folder, MetricsPage metrics, Supplier<@Nullable AdminLife> life)
            throws IOException {
        AdminEndpoint endpoint = new AdminEndpoint(config, folder, metrics, life);
        try {
            endpoint.listen(config);
            endpoint.files.writeAddress(endpoint.address());
            return endpoint;
        } catch (IOException | RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    private void listen(AdminConfig config) throws IOException {
        InetAddress loopback = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted(channel);
                    }
                });
        ChannelFuture bound =
                bootstrap.bind(new InetSocketAddress(loopback, config.port())).awaitUninterruptibly();
        if (!bound.isSuccess() && !config.portGiven()) {
            moved = true;
            bound = bootstrap.bind(new InetSocketAddress(loopback, 0)).awaitUninterruptibly();
        }
        if (!bound.isSuccess()) {
            throw new AdminAddressException(
                    "cannot listen on 127.0.0.1:" + config.port() + " for the admin endpoint: "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listening = bound.channel();
    }

    private void accepted(Channel channel) {
        if (open.incrementAndGet() > CONNECTIONS_MAX) {
            open.decrementAndGet();
            ChannelFuture unused = channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(LINE_BYTES_MAX, HEADER_BYTES_MAX, BODY_BYTES_MAX),
                        new HttpObjectAggregator(BODY_BYTES_MAX, true),
                        new AdminHandler(this));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        Channel channel = listening;
        if (channel == null) {
            throw new IllegalStateException("the admin endpoint does not listen");
        }
        return (InetSocketAddress) channel.localAddress();
    }

    /** Whether the port that nobody had chosen was taken, so that it listens on another. */
    public boolean hasMoved() {
        return moved;
    }

    @Nullable
    AdminLife life() {
        return life.get();
    }

    byte[] token() {
        return token;
    }

    MetricsPage metrics() {
        return metrics;
    }

    TailHub tails() {
        return tails;
    }

    DurableProbe durable() {
        return durable;
    }

    /** For pages that may take a while. */
    Executor slowPages() {
        return slowPages;
    }

    /** Whether a page is told to those without the token. */
    boolean isOpen(Pages.Page page) {
        return switch (page.open()) {
            case OPEN -> true;
            case AS_SET -> metricsOpen;
            case CLOSED -> false;
        };
    }

    /** Counts a request without the token: guesses are few, and so is what strangers can make us do. */
    boolean mayAskWithoutToken() {
        return withoutToken.take();
    }

    long requestMillisMax() {
        return REQUEST_MILLIS_MAX;
    }

    Logger log() {
        return LOG;
    }

    /** Ends all connections; what runs for one of them still ends by itself. */
    @Override
    public void close() {
        if (listening != null) {
            files.deleteAddress();
        }
        slowPages.shutdownNow();
        group.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
