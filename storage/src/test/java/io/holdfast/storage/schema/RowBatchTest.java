// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RowBatchTest {
    private static final byte[] KEY = {0, 0, 7};
    private static final byte[] RECORD = {1, 2};

    @Test
    @DisplayName("the serialised form, byte by byte; RocksDB has read it since its first release")
    void serialised_everyKindOfRow_hasRocksDbForm() {
        RowBatch batch = new RowBatch();
        batch.put(Table.LOG, KEY, RECORD);
        batch.delete(Table.CLIENT, KEY);
        batch.deleteRange(Table.META, KEY, Keys.end());
        String crc = HexFormat.of().formatHex(littleEndian(RowBatch.checksum(new CRC32C(), KEY, RECORD, 2)));
        assertThat(HexFormat.of().formatHex(batch.serialised()))
                .isEqualTo("0000000000000000" + "03000000" // sequence, count
                        + "05" + "02" + "03" + "000007" + "06" + "0102" + crc // put
                        + "04" + "03" + "03" + "000007" // delete
                        + "0e" + "00" + "03" + "000007" + "02" + "0001"); // delete range
        assertThat(batch.size()).isEqualTo(batch.serialised().length);
        assertThat(batch.count()).isEqualTo(3);
    }

    @Test
    @DisplayName("C33 the checksum covers key and record, as CRC32C has it")
    void checksum_knownInput_isCrc32c() {
        byte[] digits = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
        byte[] none = {};
        assertThat(RowBatch.checksum(new CRC32C(), none, digits, 9)).isEqualTo(0xe3069283);
        assertThat(RowBatch.checksum(
                        new CRC32C(), new byte[] {'1', '2'}, new byte[] {'3', '4', '5', '6', '7', '8', '9'}, 7))
                .isEqualTo(0xe3069283);
    }

    @Test
    @DisplayName("a backwards range is refused before it can reach the log")
    void deleteRange_backwards_throwsAndAddsNothing() {
        RowBatch batch = new RowBatch();
        assertThatThrownBy(() -> batch.deleteRange(Table.LOG, Keys.number(2), Keys.number(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(batch.isEmpty()).isTrue();
    }

    @Test
    void clear_afterLargeBatch_startsAnew() {
        RowBatch batch = new RowBatch();
        batch.put(Table.MESSAGE, KEY, new byte[6 << 20]);
        batch.clear();
        assertThat(batch.isEmpty()).isTrue();
        batch.delete(Table.CLIENT, KEY);
        assertThat(HexFormat.of().formatHex(batch.serialised()))
                .isEqualTo("0000000000000000" + "01000000" + "0403" + "03" + "000007");
    }

    private static byte[] littleEndian(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }
}
