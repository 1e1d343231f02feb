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
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the admin endpoint: whether the request may be answered at all, and by whom. Browsers are kept out: a
 * page of a stranger sends an Origin, or, if it tricked the browser about our name, a Host that is not ours.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Set<String> OWN_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String BEARER = "Bearer ";

    private final AdminEndpoint endpoint;
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
        deadline = context.executor().schedule(() -> end(context), endpoint.requestMillisMax(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopWaiting();
    }

    private void stopWaiting() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        stopWaiting();
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        if (!request.decoderResult().isSuccess()) {
            answer(context, false, 400, error("this is no HTTP request"));
            return;
        }
        String refusal = refusal(request.headers());
        if (refusal != null) {
            answer(context, false, 403, error(refusal));
            return;
        }
        String method = request.method().name();
        String path = request.uri();
        if (method.equals("GET") && path.equals("/health/live")) {
            answer(context, keepAlive, 200, Map.of("live", true));
        } else if (method.equals("GET") && path.equals("/health/ready")) {
            AdminLife life = endpoint.life();
            boolean ready = life != null && life.takesMessages();
            answer(context, keepAlive, ready ? 200 : 503, Map.of("ready", ready));
        } else if (!isAuthorized(request.headers())) {
            answer(context, false, 401, error("the token of the file " + AdminFiles.TOKEN + " is needed"));
        } else {
            serve(context, keepAlive, method, path);
        }
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

    private void serve(ChannelHandlerContext context, boolean keepAlive, String method, String uri) {
        AdminLife life = endpoint.life();
        String peer = String.valueOf(context.channel().remoteAddress());
        boolean taken = life != null
                && life.ask(() -> {
                    int status = 200;
                    Map<String, @Nullable Object> tree;
                    try {
                        tree = new Operations(life, AdminRequest.of(method, uri), peer).run();
                    } catch (AdminException e) {
                        status = e.status();
                        tree = error(e.getMessage());
                    } catch (RuntimeException e) {
                        endpoint.log().error("an operator's request failed", e);
                        status = AdminException.INTERNAL;
                        tree = error("the broker could not answer; its log says why");
                    }
                    int answered = status;
                    Map<String, @Nullable Object> body = tree;
                    context.executor().execute(() -> answer(context, keepAlive, answered, body));
                });
        if (!taken) {
            String why = life == null ? "the broker has failed or is starting" : "too many requests wait";
            answer(context, keepAlive, AdminException.UNAVAILABLE, error(why));
        }
    }

    private static Map<String, @Nullable Object> error(@Nullable String sentence) {
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("error", sentence);
        return tree;
    }

    private void answer(ChannelHandlerContext context, boolean keepAlive, int status, Map<String, ?> tree) {
        byte[] body = (Json.text(tree) + "\n").getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("x-content-type-options", "nosniff");
        if (status == 401) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        if (keepAlive) {
            ChannelFuture unused = context.writeAndFlush(response);
            awaitRequest(context);
        } else {
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
