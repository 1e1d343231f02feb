// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Takes the frames of a WebSocket apart (RFC 6455 section 5), whatever the pieces in which they come. Payloads are not
 * gathered: they are unmasked and moved together in the buffer in which they arrived, so that a frame takes no memory,
 * however long it says it is, and the limits on MQTT packets hold as over plain TCP. MQTT packets and frames need not begin
 * or end together [MQTT-6.0.0-2] [MQTT5-6.0.0-2].
 */
final class WebSocketReader {
    static final int NORMAL = 1_000;
    static final int PROTOCOL_ERROR = 1_002;
    static final int UNSUPPORTED_DATA = 1_003;

    static final int CONTROL_BYTES_MAX = 125;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0F;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7F;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    /** What control frames say. They come while a buffer is being read, before its payload is handed on. */
    interface Control {
        void onPing(byte[] payload);

        /** The client will send nothing more; {@code code} is the one to answer with. */
        void onClose(int code);
    }

    /** A frame that RFC 6455 or MQTT forbids. */
    static final class ForbiddenFrameException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int code;

        ForbiddenFrameException(int code, String sentence) {
            super(sentence, null, false, false);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    private enum Stage {
        FIRST,
        SECOND,
        LENGTH,
        MASK,
        PAYLOAD,
        /** Behind a Close frame, or one that was forbidden: nothing matters. */
        OVER
    }

    private final Control control;
    private Stage stage = Stage.FIRST;

    // the frame that is read
    private int opcode;
    private long remaining;
    private int mask;
    private int maskAt;
    private int headerBytesLeft;
    private final byte[] controlPayload = new byte[CONTROL_BYTES_MAX];
    private int controlBytes;

    /** Whether the last data frame was not the last one of its message. */
    private boolean unfinished;

    WebSocketReader(Control control) {
        this.control = control;
    }

    /**
     * Reads what arrived, and leaves the payload of data frames in the buffer.
     *
     * @throws ForbiddenFrameException at a frame that must not come; the payload before it is in the buffer
     */
    void read(ByteBuf in) throws ForbiddenFrameException {
        int start = in.readerIndex();
        int from = start;
        int to = start;
        int end = in.writerIndex();
        try {
            while (from < end && stage != Stage.OVER) {
                if (stage != Stage.PAYLOAD) {
                    header(in.getByte(from++) & 0xFF);
                    continue;
                }
                int count = (int) Math.min(remaining, end - from);
                if (opcode >= CLOSE) {
                    unmask(in, from, from, count);
                    in.getBytes(from, controlPayload, controlBytes, count);
                    controlBytes += count;
                } else {
                    unmask(in, from, to, count);
                    to += count;
                }
                from += count;
                remaining -= count;
                if (remaining == 0) {
                    endFrame();
                }
            }
        } catch (ForbiddenFrameException e) {
            stage = Stage.OVER;
            throw e;
        } finally {
            in.setIndex(start, to);
        }
    }

    private void header(int octet) throws ForbiddenFrameException {
        switch (stage) {
            case FIRST -> first(octet);
            case SECOND -> second(octet);
            case LENGTH -> {
                remaining = remaining << 8 | octet;
                if (--headerBytesLeft == 0) {
                    checkLength();
                    expectMask();
                }
            }
            case MASK -> {
                mask = mask << 8 | octet;
                if (--headerBytesLeft == 0) {
                    stage = Stage.PAYLOAD;
                    if (remaining == 0) {
                        endFrame();
                    }
                }
            }
            case PAYLOAD, OVER -> throw new IllegalStateException(stage + " is no part of a header");
        }
    }

    private void first(int octet) throws ForbiddenFrameException {
        if ((octet & RESERVED) != 0) {
            throw forbidden("reserved bits of a frame are set, though no extension was agreed on");
        }
        boolean last = (octet & FIN) != 0;
        opcode = octet & OPCODE;
        switch (opcode) {
            case CONTINUATION -> {
                if (!unfinished) {
                    throw forbidden("a continuation of nothing");
                }
                unfinished = !last;
            }
            case BINARY -> {
                if (unfinished) {
                    throw forbidden("a new message inside another one");
                }
                unfinished = !last;
            }
            // [MQTT-6.0.0-1] [MQTT5-6.0.0-1]
            case TEXT -> throw new ForbiddenFrameException(UNSUPPORTED_DATA, "a text frame");
            case CLOSE, PING, PONG -> {
                if (!last) {
                    throw forbidden("a control frame in pieces");
                }
            }
            default -> throw forbidden("a frame of the unknown kind " + opcode);
        }
        stage = Stage.SECOND;
    }

    private void second(int octet) throws ForbiddenFrameException {
        if ((octet & MASKED) == 0) {
            throw forbidden("a frame without a mask");
        }
        int length = octet & LENGTH;
        if (opcode >= CLOSE && length > CONTROL_BYTES_MAX) {
            throw forbidden("a control frame of more than " + CONTROL_BYTES_MAX + " bytes");
        }
        if (length == LENGTH_16 || length == LENGTH_64) {
            stage = Stage.LENGTH;
            remaining = 0;
            headerBytesLeft = length == LENGTH_16 ? Short.BYTES : Long.BYTES;
            mask = length; // Until the mask comes: which of the two forms it is.
        } else {
            remaining = length;
            expectMask();
        }
    }

    private void checkLength() throws ForbiddenFrameException {
        long least = mask == LENGTH_16 ? LENGTH_16 : 1L << Short.SIZE;
        if (remaining < least) { // Above 2^63 it is negative.
            throw forbidden("a length that is not written in the shortest form");
        }
    }

    private void expectMask() {
        stage = Stage.MASK;
        headerBytesLeft = Integer.BYTES;
        mask = 0;
        maskAt = 0;
        controlBytes = 0;
    }

    /** Unmasks bytes and moves them to the front, or leaves them where they are. */
    private void unmask(ByteBuf in, int from, int to, int count) {
        int turned = Integer.rotateLeft(mask, maskAt * Byte.SIZE);
        int i = 0;
        for (; i <= count - Integer.BYTES; i += Integer.BYTES) {
            in.setInt(to + i, in.getInt(from + i) ^ turned);
        }
        for (; i < count; i++) {
            turned = Integer.rotateLeft(turned, Byte.SIZE);
            in.setByte(to + i, in.getByte(from + i) ^ turned);
        }
        maskAt = (maskAt + count) % Integer.BYTES;
    }

    private void endFrame() throws ForbiddenFrameException {
        stage = Stage.FIRST;
        if (opcode == PING) {
            control.onPing(Arrays.copyOf(controlPayload, controlBytes));
        } else if (opcode == CLOSE) {
            int code = closeCode();
            stage = Stage.OVER;
            control.onClose(code);
        }
    }

    private int closeCode() throws ForbiddenFrameException {
        if (controlBytes == 0) {
            return NORMAL;
        }
        int code = (controlPayload[0] & 0xFF) << 8 | (controlPayload[1] & 0xFF);
        boolean standard = code >= 1_000 && code <= 1_014 && code != 1_004 && code != 1_005 && code != 1_006;
        if (controlBytes == 1 || (!standard && (code < 3_000 || code > 4_999))) {
            throw forbidden("a Close frame without a code that may be sent");
        }
        return code;
    }

    private static ForbiddenFrameException forbidden(String what) {
        return new ForbiddenFrameException(PROTOCOL_ERROR, what);
    }
}
