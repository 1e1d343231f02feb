// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/** A print writer keeps quiet about errors; what prints millions of rows must not go on after one. */
final class CheckedWriter extends Writer {
    private final PrintWriter console;

    CheckedWriter(PrintWriter console) {
        this.console = console;
    }

    @Override
    public void write(char[] characters, int offset, int length) throws IOException {
        console.write(characters, offset, length);
        check();
    }

    @Override
    public void flush() throws IOException {
        check();
    }

    private void check() throws IOException {
        if (console.checkError()) {
            throw new IOException("the output cannot be written");
        }
    }

    @Override
    public void close() {
        // The console is not ours to close.
    }
}
