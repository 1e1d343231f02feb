// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What may never change about the tables, because stores on disk depend on it. */
class TableTest {
    @Test
    @DisplayName("ids and names of column families stay as they are; new ones are appended")
    void tables_always_keepIdsAndNames() {
        assertThat(Arrays.stream(Table.values())
                        .map(table -> table.id() + " " + table.familyName())
                        .collect(Collectors.joining("\n")))
                .isEqualTo("""
                        0 default
                        1 message
                        2 log
                        3 client
                        4 session
                        5 inflight
                        6 queue
                        7 subscription
                        8 retained
                        9 will
                        10 timer
                        11 topic""");
        for (Table table : Table.values()) {
            assertThat(Table.of(table.id())).isEqualTo(table);
        }
    }

    @Test
    void of_unknownId_throws() {
        assertThatThrownBy(() -> Table.of(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Table.of(12)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parse_noRecord_throws() {
        assertThatThrownBy(() -> Table.LOG.parse(Keys.number(1), new byte[] {(byte) 0xff, 1, 2}))
                .isInstanceOf(InvalidProtocolBufferException.class);
        assertThatThrownBy(() -> Table.META.parse(Keys.meta("unheard-of"), new byte[0]))
                .isInstanceOf(InvalidProtocolBufferException.class);
    }

    @Test
    @DisplayName("format versions are numbered from 1 without a gap, the newest last")
    void formatVersions_always_countUp() {
        FormatVersion[] versions = FormatVersion.values();
        for (int i = 0; i < versions.length; i++) {
            assertThat(versions[i].number()).isEqualTo(i + 1);
            assertThat(FormatVersion.of(i + 1)).contains(versions[i]);
        }
        assertThat(FormatVersion.NEWEST).isEqualTo(versions[versions.length - 1]);
        assertThat(FormatVersion.of(versions.length + 1)).isEmpty();
    }
}
