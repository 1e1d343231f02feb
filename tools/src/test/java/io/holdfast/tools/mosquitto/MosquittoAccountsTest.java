// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MosquittoAccountsTest {
    private static final String HASH = "$7$101$c2FsdHNhbHRzYWx0$" + "A".repeat(86) + "==";

    private static TextFile file(String... lines) {
        return new TextFile(Path.of("p"), List.of(lines));
    }

    @Test
    @DisplayName(
            "accounts and comments are taken over in order; what mosquitto passes over is remarked, and no password shown")
    void convert_mixedLines_takesAccountsAndRemarks() throws Exception {
        Converted accounts = MosquittoAccounts.convert(file(
                "# devices",
                "ada:" + HASH,
                "",
                " bob smith : " + HASH + "\t",
                "ada:$6$c2FsdA==$" + "B".repeat(86) + "==",
                "plain:hunter2",
                "hunter3",
                ":" + HASH,
                "odd:$9$x$y",
                "short:$6$c2FsdA==$QUFB"));
        assertThat(accounts.text()).isEqualTo("# devices\nada:" + HASH + "\n\nbob smith:" + HASH + "\n");
        assertThat(accounts.summary()).isEqualTo("2 accounts");
        assertThat(accounts.remarks()).hasSize(6).noneMatch(remark -> remark.contains("hunter"));
        assertThat(accounts.remarks().get(0))
                .startsWith("p:5: account 'ada': left out: there is an account of that name");
        assertThat(accounts.remarks().get(1)).startsWith("p:6: account 'plain'").contains("mosquitto_passwd -U");
        assertThat(accounts.remarks().get(5))
                .startsWith("p:10: account 'short'")
                .contains("64 bytes");
    }

    @Test
    @DisplayName("a file without any account is refused")
    void convert_noAccount_refused() {
        assertThatThrownBy(() -> MosquittoAccounts.convert(file("# none", "x")))
                .isInstanceOf(MosquittoFileException.class)
                .hasMessageContaining("no account");
    }
}
