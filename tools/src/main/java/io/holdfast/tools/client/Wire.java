// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import javax.net.ssl.SSLParameters;

/** What stands between a socket and a connection: TLS and WebSocket, where the target asks for them. */
final class Wire {
    private static final String WEB_SOCKET_PATH = "/mqtt";
    private static final int FRAME_BYTES_MAX = 256 << 20;
    private static final int HANDSHAKE_BYTES_MAX = 64 << 10;

    private Wire() {}

    /** The handler that is given to the socket. */
    static ChannelHandler around(Settings settings, ClientConnection connection) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                ChannelPipeline pipeline = channel.pipeline();
                Target target = settings.target();
                SslContext tls = settings.tls();
                if (tls != null) {
                    pipeline.addLast(tlsHandler(tls, channel, settings));
                }
                if (target.scheme().webSocket()) {
                    pipeline.addLast(new HttpClientCodec());
                    pipeline.addLast(new HttpObjectAggregator(HANDSHAKE_BYTES_MAX));
                    pipeline.addLast(new WebSocketClientProtocolHandler(WebSocketClientHandshakerFactory.newHandshaker(
                            URI.create(target + WEB_SOCKET_PATH),
                            WebSocketVersion.V13,
                            "mqtt",
                            false,
                            new DefaultHttpHeaders(),
                            FRAME_BYTES_MAX)));
                    pipeline.addLast(new Frames());
                }
                pipeline.addLast(connection);
            }
        };
    }

    private static SslHandler tlsHandler(SslContext tls, Channel channel, Settings settings) {
        SslHandler handler = tls.newHandler(
                channel.alloc(), settings.target().host(), settings.target().port());
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm(settings.checksHostName() ? "HTTPS" : "");
        handler.engine().setSSLParameters(parameters);
        return handler;
    }

    /** Why a connection could not be opened, as a part of a sentence. */
    static String reason(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "nobody answered";
        }
        if (cause instanceof UnknownHostException) {
            return "no address is known for this name";
        }
        return cause instanceof ConnectException ? "connection refused" : String.valueOf(cause.getMessage());
    }

    /** Bytes in binary frames. The connection behind becomes active when the handshake is done, not before. */
    private static final class Frames extends ChannelDuplexHandler {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            // The socket is open, but MQTT may be sent only behind the handshake.
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                context.fireChannelActive();
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            WebSocketFrame frame = (WebSocketFrame) message;
            if (frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
                context.fireChannelRead(frame.content());
            } else {
                frame.release();
                context.fireExceptionCaught(
                        new java.io.IOException("the broker sent a WebSocket frame that is not binary"));
            }
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            // The handshake passes here too, and is no bytes.
            Object sent = message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message;
            ChannelFuture unused = context.write(sent, promise);
        }
    }
}
