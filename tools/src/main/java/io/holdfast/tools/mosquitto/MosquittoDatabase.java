// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.tools.mosquitto.Records.Client;
import io.holdfast.tools.mosquitto.Records.ClientMessage;
import io.holdfast.tools.mosquitto.Records.Name;
import io.holdfast.tools.mosquitto.Records.Stored;
import io.holdfast.tools.mosquitto.Records.Subscription;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code mosquitto.db} as mosquitto 1.6 and 2 write it (format 6). Opening reads the whole file once and keeps all but
 * the messages themselves, of which it keeps where they stand. Trusts nothing: each chunk must lie within the file, each
 * field within its chunk.
 *
 * <pre>
 *  bytes  what
 *     15  00 B5 00 "mosquitto db"
 *      4  checksum, always 0
 *      4  format
 *   then  chunks: 4 bytes type, 4 bytes length, fields of fixed size, texts behind them
 * </pre>
 */
final class MosquittoDatabase implements AutoCloseable {
    private static final byte[] MAGIC = {0, (byte) 0xB5, 0, 'm', 'o', 's', 'q', 'u', 'i', 't', 't', 'o', ' ', 'd', 'b'};
    private static final int FORMAT = 6;
    private static final int HEAD_BYTES = 15 + 4 + 4;
    private static final int CHUNK_HEAD_BYTES = 4 + 4;
    /** Of a message: two numbers of 8 bytes, one of 4, five of 2, two of 1. */
    private static final int MESSAGE_FIXED_BYTES = 2 * 8 + 4 + 5 * 2 + 2;

    /** What MQTT allows, with topic, names and properties around it: 256 MiB and 4 x 64 KiB are below. */
    private static final int CHUNK_BYTES_MAX = 272 << 20;

    private final FileChannel file;
    private final Map<Name, Client> clients = new LinkedHashMap<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final List<ClientMessage> clientMessages = new ArrayList<>();
    private final List<Long> retained = new ArrayList<>();
    /** Store id to where the chunk begins. */
    private final Map<Long, Long> messages = new LinkedHashMap<>();

    private long unknownChunks;

    private MosquittoDatabase(FileChannel file) {
        this.file = file;
    }

    /** Whether a file begins as a {@code mosquitto.db} does. */
    static boolean isOne(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer head = ByteBuffer.allocate(MAGIC.length);
            int read = 0;
            while (head.hasRemaining() && read >= 0) {
                read = file.read(head);
            }
            return Arrays.equals(head.array(), MAGIC);
        }
    }

    /**
     * Reads a file.
     *
     * @throws MosquittoFileException if it is damaged, or of another format
     */
    static MosquittoDatabase open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            MosquittoDatabase database = new MosquittoDatabase(file);
            database.read();
            return database;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void read() throws IOException {
        ByteBuffer head = at(0, HEAD_BYTES);
        byte[] magic = new byte[MAGIC.length];
        head.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new MosquittoFileException("this is no mosquitto.db");
        }
        int format = head.getInt(MAGIC.length + 4);
        if (format != FORMAT) {
            throw new MosquittoFileException("this mosquitto.db has format " + Integer.toUnsignedString(format)
                    + "; only 6 is known here. Let mosquitto 2 load and save it once, which writes format 6");
        }
        long size = file.size();
        long offset = HEAD_BYTES;
        while (offset < size) {
            ByteBuffer chunkHead = at(offset, CHUNK_HEAD_BYTES);
            int type = chunkHead.getInt();
            int length = length(chunkHead.getInt(), offset, size);
            chunk(type, offset, length);
            offset += CHUNK_HEAD_BYTES + length;
        }
    }

    private static int length(int said, long offset, long size) throws MosquittoFileException {
        if (said < 0 || said > CHUNK_BYTES_MAX || said > size - offset - CHUNK_HEAD_BYTES) {
            throw new MosquittoFileException("the chunk at byte " + offset + " says that it has "
                    + Integer.toUnsignedString(said) + " bytes, but the file ends after "
                    + (size - offset - CHUNK_HEAD_BYTES)
                    + ": it is damaged, or mosquitto was writing it. Stop mosquitto, which saves it anew");
        }
        return said;
    }

    private ByteBuffer at(long offset, int count) throws IOException {
        if (count > file.size() - offset) {
            throw new MosquittoFileException("the file ends at byte " + file.size() + ", in the middle of something");
        }
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    private void chunk(int type, long offset, int length) throws IOException {
        switch (type) {
            case 1 -> {} // How mosquitto was left: nothing that would matter here.
            case 2 -> message(body(offset, Math.min(length, MESSAGE_FIXED_BYTES)), offset, length);
            case 3 -> clientMessage(body(offset, length));
            case 4 -> retained.add(body(offset, length).host64());
            case 5 -> subscription(body(offset, length));
            case 6 -> client(body(offset, length));
            default -> unknownChunks++; // Mosquitto passes over what it does not know, too.
        }
    }

    /** Notes where a message is; its lengths are judged now, so that nothing is found damaged half way through. */
    private void message(Chunk fixed, long offset, int length) throws MosquittoFileException {
        long storeId = fixed.host64();
        fixed.skip(8); // expiry
        long texts = fixed.u32();
        fixed.skip(2); // packet identifier
        texts += fixed.u16() + fixed.u16() + fixed.u16();
        fixed.skip(2 + 1 + 1); // port, QoS, retained
        if (texts > length - MESSAGE_FIXED_BYTES) {
            throw new MosquittoFileException("the chunk at byte " + offset + " is damaged: its texts have " + texts
                    + " bytes, the chunk has " + length);
        }
        messages.put(storeId, offset);
    }

    private Chunk body(long offset, int length) throws IOException {
        return new Chunk(at(offset + CHUNK_HEAD_BYTES, length), offset);
    }

    private void client(Chunk chunk) throws MosquittoFileException {
        long expiryTime = chunk.host64();
        long interval = chunk.u32();
        chunk.skip(2); // last packet identifier
        int idBytes = chunk.u16();
        chunk.skip(2 + 2 + 4); // port, length of the user name, nothing
        Name id = new Name(chunk.take(idBytes));
        clients.put(id, new Client(id, expiryTime, interval));
    }

    private void subscription(Chunk chunk) throws MosquittoFileException {
        long identifier = chunk.u32();
        int idBytes = chunk.u16();
        int filterBytes = chunk.u16();
        int qos = chunk.u8();
        int options = chunk.u8();
        chunk.skip(2);
        Name client = new Name(chunk.take(idBytes));
        subscriptions.add(new Subscription(client, chunk.take(filterBytes), options | qos, identifier));
    }

    private void clientMessage(Chunk chunk) throws MosquittoFileException {
        long storeId = chunk.host64();
        int packetId = chunk.u16();
        int idBytes = chunk.u16();
        int qos = chunk.u8();
        int state = chunk.u8();
        boolean retain = (chunk.u8() & 0xF0) != 0;
        int direction = chunk.u8();
        Name client = new Name(chunk.take(idBytes));
        clientMessages.add(new ClientMessage(client, storeId, packetId, qos, state, retain, direction, chunk.rest()));
    }

    Map<Name, Client> clients() {
        return clients;
    }

    List<Subscription> subscriptions() {
        return subscriptions;
    }

    /** In the order in which each client is owed them. */
    List<ClientMessage> clientMessages() {
        return clientMessages;
    }

    /** Store ids of the retained messages. */
    List<Long> retained() {
        return retained;
    }

    /** Chunks of a sort that is not known. */
    long unknownChunks() {
        return unknownChunks;
    }

    /** Reads a message, or null if the file holds none with this id. */
    @Nullable
    Stored message(long storeId) throws IOException {
        Long offset = messages.get(storeId);
        if (offset == null) {
            return null;
        }
        int length = length(at(offset + 4, 4).getInt(), offset, file.size());
        Chunk chunk = body(offset, length);
        chunk.skip(8);
        long expiryTime = chunk.host64();
        long payloadBytes = chunk.u32();
        chunk.skip(2); // the packet identifier that the publisher used
        int sourceBytes = chunk.u16();
        int userBytes = chunk.u16();
        int topicBytes = chunk.u16();
        chunk.skip(2); // port
        int qos = chunk.u8();
        chunk.skip(1); // whether it was published as a retained one; see retained()
        chunk.skip(sourceBytes + userBytes);
        byte[] topic = chunk.take(topicBytes);
        byte[] payload = chunk.take((int) Math.min(payloadBytes, Integer.MAX_VALUE));
        return new Stored(topic, payload, qos, expiryTime, chunk.rest());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
