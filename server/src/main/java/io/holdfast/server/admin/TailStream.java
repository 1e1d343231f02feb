// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A tail on its connection: lines of JSON in chunks, until the client goes or the life it looks at ends. An empty line now
 * and then finds a client that has gone without a word. On the endpoint's thread.
 */
final class TailStream {
    static final String METHOD = "GET";
    static final String PATH = "/api/v1/tail";
    private static final long LOOK_MILLIS = 100;
    private static final int LOOKS_BETWEEN_LINES = 50;

    private final AdminEndpoint endpoint;
    private final AdminLife life;
    private final ChannelHandlerContext context;
    private final Tail tail;
    private @Nullable ScheduledFuture<?> looking;
    private int silentLooks;

    private TailStream(AdminEndpoint endpoint, AdminLife life, ChannelHandlerContext context, Tail tail) {
        this.endpoint = endpoint;
        this.life = life;
        this.context = context;
        this.tail = tail;
    }

    /** Whether a request is for a tail. */
    static boolean isWanted(String method, String uri) {
        return method.equals(METHOD) && (uri.equals(PATH) || uri.startsWith(PATH + "?"));
    }

    /**
     * Begins one; the connection is for nothing else from then on.
     *
     * @throws AdminException when the request is wrong, or too many look already
     */
    static TailStream begin(
            AdminEndpoint endpoint, @Nullable AdminLife life, ChannelHandlerContext context, String uri) {
        AdminRequest request = AdminRequest.of(METHOD, uri).allow("filter", "rate");
        Tail tail = new Tail(filter(request.text("filter")), (int) request.number("rate", Tail.RATE, 1, Tail.RATE_MAX));
        if (life == null || !endpoint.tails().begin(life, tail)) {
            throw new AdminException(
                    AdminException.UNAVAILABLE,
                    life == null ? "the broker has failed or is starting" : "too many look already");
        }
        TailStream stream = new TailStream(endpoint, life, context, tail);
        stream.start();
        return stream;
    }

    private static TopicFilter filter(@Nullable String text) {
        try {
            return TopicFilter.parse(text == null ? "#" : text);
        } catch (InvalidTopicException e) {
            throw AdminRequest.bad("filter is no topic filter: " + e.getMessage());
        }
    }

    private void start() {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson")
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        looking = context.executor().scheduleAtFixedRate(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        context.read(); // The end of the connection is something to read.
    }

    private void look() {
        if (!life.isRunning()) {
            write(Json.text(Map.of("event", "end", "why", "the broker has failed or stops")) + "\n");
            end();
            context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE);
        } else if (context.channel().isWritable()) {
            String lines = tail.fetch();
            silentLooks = lines.isEmpty() ? silentLooks + 1 : 0;
            if (!lines.isEmpty() || silentLooks % LOOKS_BETWEEN_LINES == 0) {
                write(lines.isEmpty() ? "\n" : lines);
            }
        }
    }

    private void write(String lines) {
        byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII); // As all JSON here.
        ChannelFuture written = context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
        written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /** Nobody looks any more. */
    void end() {
        ScheduledFuture<?> running = looking;
        if (running != null) {
            looking = null;
            running.cancel(false);
            endpoint.tails().end(tail);
        }
    }
}
