// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** One handshake, behind TLS in the pipeline until it has ended. The event loop that accepted the connection. */
final class Handshake extends ChannelInboundHandlerAdapter {
    private final Handshakes handshakes;
    private final Tls tls;
    private final Channel channel;
    private final long sinceNanos = System.nanoTime();
    private boolean failed;

    Handshake(Handshakes handshakes, Tls tls, Channel channel) {
        this.handshakes = handshakes;
        this.tls = tls;
        this.channel = channel;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion && !failed) {
            if (completion.isSuccess()) {
                succeeded(context);
            } else {
                fail(why(completion.cause()));
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void succeeded(ChannelHandlerContext context) {
        SslHandler handler = context.pipeline().get(SslHandler.class);
        X509Certificate certificate = certificate(handler);
        String user = null;
        if (certificate != null) {
            try {
                // An expired one passes as its own authority, and when the client resumes what began in time.
                certificate.checkValidity();
            } catch (CertificateException e) {
                fail("a client certificate that is not valid now: " + e.getMessage());
                return;
            }
            user = tls.user(certificate);
            if (user == null && tls.config().userFrom() != TlsConfig.UserFrom.NONE) {
                fail("a client certificate without the name that is the user's");
                return;
            }
        }
        if (user != null) {
            context.fireUserEventTriggered(new CertifiedUser(user));
        }
        context.pipeline().remove(this);
    }

    private static @Nullable X509Certificate certificate(SslHandler handler) {
        try {
            return (X509Certificate) handler.engine().getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            return null; // It showed none, and the engine has decided that it need not.
        }
    }

    private static String why(Throwable cause) {
        return "a TLS handshake failed: "
                + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    }

    /** A client whose certificate we refuse may have sent its first packet with it; saying goodbye takes time. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (failed) {
            ReferenceCountUtil.release(bytes);
        } else {
            context.fireChannelRead(bytes);
        }
    }

    /** The connection ends. */
    void fail(String why) {
        failed = true;
        handshakes.over(this);
        handshakes.failed(channel, why);
        ChannelFuture unused = channel.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Its completion has told already, or will; the connection is closed by it.
        if (!(cause instanceof DecoderException && cause.getCause() instanceof SSLException)) {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        handshakes.over(this);
    }
}
