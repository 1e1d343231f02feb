// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.transport.WebSocketReader.ForbiddenFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Frames between a socket and its {@link MqttHandler}, which sees the bytes of MQTT only: each buffer that it writes becomes
 * one binary frame [MQTT-6.0.0-1] [MQTT5-6.0.0-1]. The client's Close frame is the end of its stream; ours is sent before
 * the socket is closed, and the client gets a moment to answer it.
 *
 * <p>Pings are answered one at a time, the latest first (RFC 6455 section 5.5.3): a client that sends nothing else and reads
 * nothing costs two small buffers. They are no packets of MQTT, so they do not count for the keep alive.
 *
 * <p>The connection's event loop, which may change between two calls.
 */
final class WebSocketFrames extends ChannelDuplexHandler implements WebSocketReader.Control {
    private static final int HEADER_BYTES_MAX = 10;
    private static final int LENGTH_7_MAX = 125;
    private static final int LENGTH_16_MAX = 0xFFFF;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int FIN = 0x80;

    private final Connections connections;
    private final WebSocketReader reader = new WebSocketReader(this);
    private int closeCode = WebSocketReader.NORMAL;
    private boolean clientClosed;
    private boolean inputEnded;
    private boolean closing;
    private @Nullable Future<?> pongOnItsWay;
    private byte @Nullable [] pingToAnswer;

    WebSocketFrames(Connections connections) {
        this.connections = connections;
    }

    // ---- from the client

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        boolean endedBefore = inputEnded;
        try {
            reader.read(in);
        } catch (ForbiddenFrameException e) {
            forbidden(context, e);
        }
        if (closing || endedBefore || !in.isReadable()) {
            in.release();
        } else {
            context.fireChannelRead(in);
        }
        answerPing(context);
        if (clientClosed && closing) {
            ChannelFuture unused = context.close();
        } else if (inputEnded && !endedBefore) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    private void forbidden(ChannelHandlerContext context, ForbiddenFrameException e) {
        connections.counters().add(BrokerCounter.MALFORMED_PACKETS);
        connections
                .malformed()
                .event(
                        MalformedLog.Envelope.WEBSOCKET_FRAME,
                        () -> "malformed WebSocket frame (" + e.getMessage() + ")",
                        () -> MqttConnection.peer(context.channel()));
        closeCode = e.code();
        inputEnded = true;
    }

    @Override
    public void onPing(byte[] payload) {
        pingToAnswer = payload;
    }

    @Override
    public void onClose(int code) {
        closeCode = code;
        clientClosed = true;
        inputEnded = true;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            clientClosed = true; // It will not answer our Close frame.
            inputEnded = true;
        }
        context.fireUserEventTriggered(event);
    }

    private void answerPing(ChannelHandlerContext context) {
        byte[] payload = pingToAnswer;
        Future<?> earlier = pongOnItsWay;
        if (payload == null || closing || (earlier != null && !earlier.isDone())) {
            return;
        }
        pingToAnswer = null;
        pongOnItsWay = context.writeAndFlush(control(context, WebSocketReader.PONG, payload))
                .addListener(sent -> answerNext(context));
    }

    /** The loop that sent the last pong may not be the one that the connection lives on now. */
    private void answerNext(ChannelHandlerContext context) {
        if (context.channel().eventLoop().inEventLoop()) {
            answerPing(context);
        } else {
            context.channel().eventLoop().execute(() -> answerNext(context));
        }
    }

    // ---- to the client

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf payload = (ByteBuf) message;
        if (closing) { // Nothing may follow a Close frame; it is lost as what a socket took before it broke.
            payload.release();
            boolean unused = promise.trySuccess();
            return;
        }
        ChannelFuture unused = context.write(header(context, payload.readableBytes()), context.voidPromise());
        ChannelFuture unusedToo = context.write(payload, promise);
    }

    private static ByteBuf header(ChannelHandlerContext context, int bytes) {
        ByteBuf header = context.alloc().directBuffer(HEADER_BYTES_MAX);
        header.writeByte(FIN | WebSocketReader.BINARY);
        if (bytes <= LENGTH_7_MAX) {
            header.writeByte(bytes);
        } else if (bytes <= LENGTH_16_MAX) {
            header.writeByte(LENGTH_16).writeShort(bytes);
        } else {
            header.writeByte(LENGTH_64).writeLong(bytes);
        }
        return header;
    }

    private static ByteBuf control(ChannelHandlerContext context, int opcode, byte[] payload) {
        return context.alloc()
                .directBuffer(2 + payload.length)
                .writeByte(FIN | opcode)
                .writeByte(payload.length)
                .writeBytes(payload);
    }

    /** Sends our Close frame, unless it has been sent; the socket goes when the client has answered it. */
    void sayClose(ChannelHandlerContext context) {
        if (!closing) {
            closing = true;
            byte[] code = {(byte) (closeCode >> Byte.SIZE), (byte) closeCode};
            ChannelFuture said = context.writeAndFlush(control(context, WebSocketReader.CLOSE, code));
            if (clientClosed) {
                said.addListener(sent -> {
                    ChannelFuture unused = context.close();
                });
            }
        }
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        boolean again = closing;
        if (again || !context.channel().isActive() || !context.channel().isWritable()) {
            ChannelFuture unused = context.close(promise);
            return;
        }
        context.channel().closeFuture().addListener(closed -> promise.trySuccess());
        sayClose(context);
        Sockets.closeSoon(context.channel());
    }
}
