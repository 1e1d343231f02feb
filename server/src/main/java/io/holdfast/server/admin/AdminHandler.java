// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the admin endpoint: whether the request may be answered at all, and by whom. Browsers are kept out: a
 * page of a stranger sends an Origin, or, if it tricked the browser about our name, a Host that is not ours. One request
 * is read only when the one before it is answered, so answers keep their order.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Set<String> OWN_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "Bearer ";

    private final AdminEndpoint endpoint;
    /** What came in one segment with the request being answered: their heads, as no operation has a body; 128 at most. */
    private final Queue<HttpRequest> waiting = new ArrayDeque<>();

    private boolean answering;
    private @Nullable TailStream tail;
    private @Nullable ScheduledFuture<?> deadline;

    AdminHandler(AdminEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        awaitRequest(context);
    }

    /** A request has to be here whole by then; single bytes do not prolong it. */
    private void awaitRequest(ChannelHandlerContext context) {
        deadline = context.executor()
                .schedule(
                        () -> answer(context, false, HttpAnswer.error(408, "no whole request came in time")),
                        endpoint.requestMillisMax(),
                        TimeUnit.MILLISECONDS);
        context.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopWaiting();
        if (tail != null) {
            tail.end();
        }
    }

    private void stopWaiting() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (tail != null) {
            end(context); // It was told that nothing else will be answered.
        } else if (answering) {
            waiting.add(request);
        } else {
            answer(context, request);
        }
    }

    private void answer(ChannelHandlerContext context, HttpRequest request) {
        answering = true;
        stopWaiting();
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        HttpHeaders headers = request.headers();
        if (!request.decoderResult().isSuccess()) {
            answer(context, false, undecodable(request.decoderResult().cause()));
            return;
        }
        String refusal = refusal(headers);
        if (refusal != null) {
            answer(context, false, HttpAnswer.error(403, refusal));
            return;
        }
        String method = request.method().name();
        Pages.Page page = method.equals("GET") ? Pages.find(request.uri()) : null;
        boolean authorized = isAuthorized(headers);
        if (!authorized && !endpoint.mayAskWithoutToken()) {
            answer(context, keepAlive, HttpAnswer.error(429, "too many requests without the token; wait a second"));
        } else if (!authorized && (page == null || !endpoint.isOpen(page))) {
            answer(context, false, HttpAnswer.error(401, "the token of the file " + AdminFiles.TOKEN + " is needed"));
        } else if (page != null) {
            page.maker()
                    .make(
                            endpoint,
                            headers.get(HttpHeaderNames.ACCEPT),
                            made -> context.executor().execute(() -> answer(context, keepAlive, made)));
        } else if (TailStream.isWanted(method, request.uri())) {
            stream(context, request.uri());
        } else {
            serve(context, keepAlive, method, request.uri());
        }
    }

    private static HttpAnswer undecodable(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpAnswer.error(414, "the first line of the request is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return HttpAnswer.error(431, "the headers of the request are too long");
        }
        return cause instanceof TooLongHttpContentException
                ? HttpAnswer.error(413, "the body of the request is too long")
                : HttpAnswer.error(400, "this is no HTTP request");
    }

    private static @Nullable String refusal(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.ORIGIN)) {
            return "requests of web pages are not answered";
        }
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        String host = hosts.size() == 1 ? hosts.get(0).toLowerCase(Locale.ROOT) : "";
        String name = host.replaceFirst(":[0-9]*$", "");
        return OWN_HOSTS.contains(name) ? null : "the Host is not this machine's";
    }

    private boolean isAuthorized(HttpHeaders headers) {
        List<String> given = headers.getAll(HttpHeaderNames.AUTHORIZATION);
        if (given.size() != 1 || !given.get(0).startsWith(BEARER)) {
            return false;
        }
        byte[] token = given.get(0).substring(BEARER.length()).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(token, endpoint.token()); // In a time that does not tell how much is right.
    }

    private void stream(ChannelHandlerContext context, String uri) {
        try {
            tail = TailStream.begin(endpoint, endpoint.life(), context, uri);
        } catch (AdminException e) {
            answer(context, false, HttpAnswer.error(e.status(), e.getMessage()));
        }
    }

    private void serve(ChannelHandlerContext context, boolean keepAlive, String method, String uri) {
        AdminLife life = endpoint.life();
        String peer = String.valueOf(context.channel().remoteAddress());
        boolean taken = life != null
                && life.ask(() -> {
                    HttpAnswer answer = run(life, method, uri, peer);
                    context.executor().execute(() -> answer(context, keepAlive, answer));
                });
        if (!taken) {
            String why = life == null ? "the broker has failed or is starting" : "too many requests wait";
            answer(context, keepAlive, HttpAnswer.error(AdminException.UNAVAILABLE, why));
        }
    }

    private HttpAnswer run(AdminLife life, String method, String uri, String peer) {
        try {
            return HttpAnswer.json(200, Operations.run(new Asked(life, AdminRequest.of(method, uri), peer)));
        } catch (AdminException e) {
            return HttpAnswer.error(e.status(), e.getMessage());
        } catch (RuntimeException e) {
            endpoint.log().error("an operator's request failed", e);
            return HttpAnswer.error(AdminException.INTERNAL, "the broker could not answer; its log says why");
        }
    }

    private void answer(ChannelHandlerContext context, boolean keepAlive, HttpAnswer answer) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                Unpooled.wrappedBuffer(answer.body()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("x-content-type-options", "nosniff");
        if (answer.status() == 401) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        if (keepAlive) {
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            HttpRequest next = waiting.poll();
            if (next == null) {
                answering = false;
                awaitRequest(context);
            } else {
                context.executor().execute(() -> answer(context, next));
            }
        } else {
            waiting.clear();
            response.headers().set(HttpHeaderNames.CONNECTION, "close");
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        endpoint.log().debug("a connection of an operator broke: {}", cause.toString());
        end(context);
    }

    private static void end(ChannelHandlerContext context) {
        ChannelFuture unused = context.close();
    }
}
