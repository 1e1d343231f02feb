// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Coverage-guided search for bytes that break the decoder's promises in MQTT 3.1 and 3.1.1. */
class Decoder311Fuzz {
    @MethodSource("io.holdfast.protocol.codec.FuzzSeeds#mqtt311")
    @FuzzTest // the fuzzer wants to be last
    void decode_anyBytes_keepsPromises(byte[] input) {
        DecoderProperties.check311(input);
    }
}
