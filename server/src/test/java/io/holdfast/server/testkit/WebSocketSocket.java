// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a WebSocket as a socket: what is written to its stream goes out as one masked binary frame, what is
 * read from it is the payload of binary frames. Frames can be sent and read one by one too. It answers nothing by itself.
 */
public final class WebSocketSocket extends Socket {
    public static final int BINARY = 0x82;
    public static final int CLOSE = 0x88;
    public static final int PING = 0x89;
    public static final int PONG = 0x8A;

    /** A request that is as it should be; tests replace parts of it. */
    public static final String REQUEST = """
            GET /mqtt HTTP/1.1
            Host: 127.0.0.1
            Connection: keep-alive, Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Protocol: mqtt

            """.replace("\n", "\r\n");

    private static final int WAIT_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final Frames frames = new Frames();
    private final Payloads payloads = new Payloads();
    private int closeCode;

    /** One frame from the broker, whole. */
    public static final class Frame {
        private final int first;
        private final byte[] payload;

        private Frame(int first, byte[] payload) {
            this.first = first;
            this.payload = payload;
        }

        /** Its first byte. */
        public int first() {
            return first;
        }

        public byte[] payload() {
            return payload;
        }

        /** Of a Close frame. */
        public int code() {
            return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }
    }

    /** Connects and sends a request; its answer is read by {@link #readHead}. */
    public WebSocketSocket(int port, String request) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), request);
    }

    /** As above on a socket that is connected, perhaps with TLS. */
    public WebSocketSocket(Socket socket, String request) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(WAIT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        sendRaw(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A WebSocket that the broker has agreed to. */
    public static WebSocketSocket open(int port) throws IOException {
        return open(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** As above on a socket that is connected. */
    public static WebSocketSocket open(Socket connected) throws IOException {
        WebSocketSocket socket = new WebSocketSocket(connected, REQUEST);
        String answer = socket.readHead();
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError("no WebSocket: " + answer);
        }
        return socket;
    }

    /** Status line and headers of the answer. */
    public String readHead() throws IOException {
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            head.write(in.readUnsignedByte());
            text = head.toString(StandardCharsets.US_ASCII);
        }
        return text;
    }

    /** Everything up to the end of the stream. */
    public String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }

    public void sendRaw(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends a masked frame; {@code first} is its first byte. */
    public void sendFrame(int first, byte... payload) throws IOException {
        sendRaw(frame(first, payload));
    }

    /** The bytes of a masked frame. */
    public static byte[] frame(int first, byte... payload) {
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        ByteBuffer out = ByteBuffer.allocate(14 + payload.length);
        out.put((byte) first);
        if (payload.length < 126) {
            out.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            out.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            out.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        out.put(mask);
        for (int i = 0; i < payload.length; i++) {
            out.put((byte) (payload[i] ^ mask[i % 4]));
        }
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /** The next frame, null when the connection has ended. */
    public @Nullable Frame readFrame() throws IOException {
        try {
            int first = in.readUnsignedByte();
            long length = in.readUnsignedByte();
            if (length > 127) {
                throw new AssertionError("the broker masks");
            }
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            byte[] payload = new byte[Math.toIntExact(length)];
            in.readFully(payload);
            return new Frame(first, payload);
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    /** The code of the Close frame that ended the input stream, 0 if none did. */
    public int closeCode() {
        return closeCode;
    }

    @Override
    public OutputStream getOutputStream() {
        return frames;
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        socket.setTcpNoDelay(on);
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        socket.setSoLinger(on, seconds);
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public synchronized void close() throws IOException {
        socket.close();
    }

    @Override
    public InputStream getInputStream() {
        return payloads;
    }

    private final class Frames extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            sendFrame(BINARY, (byte) octet);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            sendFrame(BINARY, Arrays.copyOfRange(bytes, offset, offset + length));
        }
    }

    private final class Payloads extends InputStream {
        private byte[] payload = new byte[0];
        private int at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            while (at == payload.length) {
                Frame frame = readFrame();
                if (frame == null) {
                    return -1;
                }
                if (frame.first() == CLOSE) {
                    closeCode = frame.code();
                    return -1;
                }
                if (frame.first() == BINARY) {
                    payload = frame.payload();
                    at = 0;
                }
            }
            int count = Math.min(length, payload.length - at);
            System.arraycopy(payload, at, to, offset, count);
            at += count;
            return count;
        }
    }
}
