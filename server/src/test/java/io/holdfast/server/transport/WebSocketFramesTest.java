// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.access.Authentication;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.testkit.WebSocketSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a socket that takes nothing is given. */
class WebSocketFramesTest {
    private final Deque<byte[]> written = new ArrayDeque<>();
    private final Deque<ChannelPromise> untaken = new ArrayDeque<>();

    /** A socket that takes bytes when the test says so. */
    private final class Stuck extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf bytes = (ByteBuf) message;
            written.add(ByteBufUtil.getBytes(bytes));
            bytes.release();
            untaken.add(promise);
        }
    }

    @Test
    @DisplayName("T37 of a flood of pings one pong is under way at a time, and the latest ping is answered next")
    void ping_flood_onePongAtATime() throws Exception {
        try (EventLoops loops = new EventLoops(1);
                Authentication authentication = new Authentication(List.of())) {
            Connections connections = new Connections(
                    loops, TransportLimits.DEFAULT, CodecLimits.DEFAULTS, new Counters(1), () -> null, authentication);
            EmbeddedChannel channel = new EmbeddedChannel(new Stuck(), new WebSocketFrames(connections));
            for (int i = 0; i < 100; i++) {
                channel.writeInbound(Unpooled.wrappedBuffer(WebSocketSocket.frame(WebSocketSocket.PING, (byte) i)));
            }
            assertThat(written).containsExactly(new byte[] {(byte) WebSocketSocket.PONG, 1, 0});
            untaken.removeFirst().setSuccess();
            channel.runPendingTasks();
            assertThat(written).last().isEqualTo(new byte[] {(byte) WebSocketSocket.PONG, 1, 99});
            untaken.removeFirst().setSuccess();
            channel.runPendingTasks();
            assertThat(written).hasSize(2);
        }
    }
}
