// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP request with which a WebSocket begins (RFC 6455 section 4.2). When it is as it must be, the handlers of HTTP give
 * way to {@link WebSocketFrames}; else it is answered with a sentence, and the connection ends. Extensions are not agreed
 * to: a compressed message would be of any size. The time limit of CONNECT holds for the request too, as the
 * {@link MqttHandler} is there from the first byte.
 */
final class WebSocketUpgrade extends ChannelInboundHandlerAdapter {
    static final String SUBPROTOCOL = "mqtt";

    private static final int REQUEST_LINE_BYTES_MAX = 4 << 10;
    private static final int HEADERS_BYTES_MAX = 16 << 10;
    private static final int KEY_BYTES = 16;
    private static final String VERSION = "13";
    /** RFC 6455 section 1.3. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** Why a request is no WebSocket of ours. */
    private record Refusal(HttpResponseStatus status, String sentence) {}

    private final WebSocketConfig config;
    private final Connections connections;
    private @Nullable HttpRequest accepted;
    private boolean refused;

    private WebSocketUpgrade(WebSocketConfig config, Connections connections) {
        this.config = config;
        this.connections = connections;
    }

    /** Lets a connection begin with HTTP. */
    static void expect(Channel channel, WebSocketConfig config, Connections connections) {
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADERS_BYTES_MAX);
        channel.pipeline()
                .addFirst(
                        new HttpRequestDecoder(limits),
                        new HttpResponseEncoder(),
                        new WebSocketUpgrade(config, connections));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object part) {
        HttpRequest wanted = accepted;
        if (part instanceof HttpRequest request && wanted == null && !refused) {
            Refusal refusal = refusal(request);
            if (refusal == null) {
                accepted = request;
            } else {
                refuse(context, refusal);
            }
        } else if (part instanceof LastHttpContent && wanted != null) {
            upgrade(context, wanted.headers());
        }
        ReferenceCountUtil.release(part);
    }

    // ---- no

    private @Nullable Refusal refusal(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (!request.decoderResult().isSuccess()) {
            return new Refusal(HttpResponseStatus.BAD_REQUEST, "This is no HTTP request that could be understood.");
        }
        if (!path(request.uri()).equals(config.path())) {
            return new Refusal(
                    HttpResponseStatus.NOT_FOUND,
                    "There is nothing here. MQTT over WebSocket is at " + config.path() + ".");
        }
        if (!request.method().equals(HttpMethod.GET)
                || HttpUtil.isContentLengthSet(request)
                || HttpUtil.isTransferEncodingChunked(request)) {
            return new Refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "A WebSocket begins with GET, without a body.");
        }
        if (!headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || !VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return new Refusal(
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "This is the WebSocket of an MQTT broker: let an MQTT client connect here, with WebSocket version "
                            + VERSION + ".");
        }
        if (!isKey(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            return new Refusal(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in Base64.");
        }
        if (!config.origins().allow(headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST, ""))) {
            return new Refusal(
                    HttpResponseStatus.FORBIDDEN,
                    "Pages of this origin may not connect. The broker's operator can list it in the listener's setting"
                            + " 'origins'.");
        }
        if (!headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL, false)) {
            return new Refusal(
                    HttpResponseStatus.BAD_REQUEST, "The client must offer the subprotocol '" + SUBPROTOCOL + "'.");
        }
        return null;
    }

    private static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static boolean isKey(List<String> keys) {
        try {
            return keys.size() == 1 && Base64.getDecoder().decode(keys.get(0)).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void refuse(ChannelHandlerContext context, Refusal refusal) {
        refused = true;
        connections
                .malformed()
                .event(
                        MalformedLog.Envelope.WEBSOCKET_REQUEST,
                        () -> "no WebSocket (" + refusal.sentence() + ")",
                        () -> MqttConnection.peer(context.channel()));
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                refusal.status(),
                ByteBufUtil.writeUtf8(context.alloc(), refusal.sentence() + "\n"));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (refusal.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET);
        }
        if (refusal.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
        }
        Sockets.closeBehind(context.channel(), response, false);
    }

    // ---- yes

    private void upgrade(ChannelHandlerContext context, HttpHeaders request) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.SWITCHING_PROTOCOLS,
                context.alloc().buffer(0));
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, answer(request.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "")))
                // [MQTT-6.0.0-4] [MQTT5-6.0.0-4]
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
        ChannelFuture unused = context.writeAndFlush(response);
        ChannelPipeline pipeline = context.pipeline();
        pipeline.remove(HttpResponseEncoder.class);
        pipeline.remove(this);
        // Last: what came behind the request goes to the frames from here.
        pipeline.replace(HttpRequestDecoder.class, null, new WebSocketFrames(connections));
    }

    private static String answer(String key) {
        try {
            byte[] bytes = (key + GUID).getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
