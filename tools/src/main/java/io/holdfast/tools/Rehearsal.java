// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import picocli.CommandLine;

/**
 * Starts the broker in a folder of its own, lets one client do a little of everything, and ends: the JVM that runs this
 * writes down which classes a start needs, and later starts map that archive instead of reading jars. Not a verb, since
 * only {@code ./holdfast} calls it, once for each build.
 */
public final class Rehearsal {
    private static final String LISTENING = "listening on 127.0.0.1:";
    private static final int ANSWER_MILLIS_MAX = 20_000;

    /** CONNECT "r" with a session that stays, SUBSCRIBE "a/+" at QoS 1. */
    private static final byte[] HELLO =
            bytes("\u0010\r\0\u0004MQTT\u0004\0\0\0\0\u0001r\u0082\b\0\u0001\0\u0003a/+\u0001");

    private static final int HELLO_ANSWER_BYTES = 4 + 5;

    /** PUBLISH "a/b" at QoS 1; PUBACK and the message itself come back. */
    private static final byte[] MESSAGE = bytes("2\b\0\u0003a/b\0\u0001!");

    private static final int MESSAGE_ANSWER_BYTES = 4 + 10;

    /** PUBACK, DISCONNECT; the end comes back. */
    private static final byte[] GOODBYE = bytes("@\u0002\0\u0001\u00e0\0");

    private Rehearsal() {}

    /** One argument: the data folder to use. */
    public static void main(String[] arguments) throws IOException {
        PipedReader lines = new PipedReader();
        PrintWriter out = new PrintWriter(new PipedWriter(lines));
        CommandLine holdfast = HoldfastCommand.commandLine("run").setOut(out);
        Thread broker = new Thread(
                () -> {
                    holdfast.execute("run", "--data", arguments[0], "--port", "0");
                    out.close();
                },
                "rehearsal");
        broker.setDaemon(true);
        broker.start();
        int code = 1;
        try {
            talk(port(lines));
            code = 0;
        } finally {
            System.exit(code); // Stops the broker as a signal would; its threads would keep the process otherwise.
        }
    }

    private static int port(PipedReader lines) throws IOException {
        Scanner scanner = new Scanner(lines);
        while (scanner.hasNextLine()) {
            String line = scanner.nextLine();
            if (line.startsWith(LISTENING)) {
                return Integer.parseInt(line.substring(LISTENING.length()));
            }
        }
        throw new IOException("the broker did not start");
    }

    private static void talk(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            exchange(socket, HELLO, HELLO_ANSWER_BYTES);
            exchange(socket, MESSAGE, MESSAGE_ANSWER_BYTES);
            exchange(socket, GOODBYE, 0);
        }
    }

    private static void exchange(Socket socket, byte[] request, int answerBytes) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        int read = in.readNBytes(answerBytes).length;
        if (read < answerBytes || (answerBytes == 0 && in.read() >= 0)) {
            throw new IOException("the broker answered with " + read + " bytes instead of " + answerBytes);
        }
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }
}
