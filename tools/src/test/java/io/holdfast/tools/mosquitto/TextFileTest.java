// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "ACCOUNTS | ada:$7$101$c2FsdA==$aGFzaA==",
                "ACCOUNTS | # who; junk; ada smith:$6$c2FsdA==$aGFzaA==",
                "RULES    | user ada; topic a/#",
                "RULES    | # all; pattern read %c/#; nonsense",
                "SETTINGS | listener 1883; user mosquitto",
                "SETTINGS | connection other; address 10.0.0.1; topic # both 0",
                "SETTINGS | connection b; remote_password a:$6$x$y; topic # in",
                "SETTINGS | # nothing",
            })
    @DisplayName("the three text files of mosquitto are told apart by their lines")
    void kind_ofLines_told(TextFile.Kind kind, String lines) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), lines.replaceAll("; ?", "\n"));
        assertThat(TextFile.read(file).kind()).isEqualTo(kind);
    }

    @Test
    @DisplayName("what is no text is refused")
    void read_noText_refused() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[] {'u', (byte) 0xC3, '\n'});
        assertThatThrownBy(() -> TextFile.read(file)).isInstanceOf(MosquittoFileException.class);
    }
}
