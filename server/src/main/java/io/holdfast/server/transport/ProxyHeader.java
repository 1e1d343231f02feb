// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.server.metrics.BrokerCounter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The header with which a proxy tells whose connection it passes on (PROXY protocol, version 1 or 2), before everything
 * else. Only proxies of the configuration may connect: anyone else could give himself any address. A header that says
 * nothing of a client, as for a proxy's own health check, leaves the proxy's address. The time limit of CONNECT holds.
 */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    /** Room for what proxies tell beside the addresses; nothing of it is used. */
    private static final int TLV_BYTES_MAX = 4 << 10;

    private static final AttributeKey<InetSocketAddress> CLIENT = AttributeKey.valueOf(ProxyHeader.class, "client");

    private final Connections connections;

    private ProxyHeader(Connections connections) {
        this.connections = connections;
    }

    /** Lets a connection begin with the header, or ends it if it comes from nobody we know. */
    static void expect(Channel channel, ProxyConfig config, Connections connections) {
        if (channel.remoteAddress() instanceof InetSocketAddress proxy && config.trusts(proxy)) {
            channel.pipeline().addFirst(new HAProxyMessageDecoder(TLV_BYTES_MAX, true), new ProxyHeader(connections));
            return;
        }
        connections
                .malformed()
                .event(
                        MalformedLog.Envelope.STRANGER_TO_PROXY_PROTOCOL,
                        () -> "a connection that is not from a trusted proxy,",
                        () -> MqttConnection.peer(channel));
        connections.refuse(channel);
    }

    /** The other side of a connection: the client that a proxy speaks for, else who has connected. */
    static @Nullable SocketAddress client(Channel channel) {
        InetSocketAddress told = channel.hasAttr(CLIENT) ? channel.attr(CLIENT).get() : null;
        return told == null ? channel.remoteAddress() : told;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object part) {
        if (!(part instanceof HAProxyMessage header)) {
            context.fireChannelRead(part);
            return;
        }
        try {
            String address = header.sourceAddress();
            byte[] bytes = address == null ? null : NetUtil.createByteArrayFromIpAddressString(address);
            if (bytes != null) {
                context.channel()
                        .attr(CLIENT)
                        .set(new InetSocketAddress(
                                NetUtil.createInetAddressFromIpAddressString(address), header.sourcePort()));
            }
        } finally {
            header.release();
        }
        context.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof DecoderException)) {
            context.fireExceptionCaught(cause);
            return;
        }
        connections.counters().add(BrokerCounter.MALFORMED_PACKETS);
        connections
                .malformed()
                .event(
                        MalformedLog.Envelope.PROXY_HEADER,
                        () -> "malformed PROXY header (" + Printable.quoted(String.valueOf(cause.getMessage())) + ")",
                        () -> MqttConnection.peer(context.channel()));
        Sockets.close(context.channel());
    }
}
