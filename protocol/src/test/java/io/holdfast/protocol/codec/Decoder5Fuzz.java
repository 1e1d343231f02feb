// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Coverage-guided search for bytes that break the decoder's promises in MQTT 5. */
class Decoder5Fuzz {
    @MethodSource("io.holdfast.protocol.codec.FuzzSeeds#mqtt5")
    @FuzzTest // the fuzzer wants to be last
    void decode_anyBytes_keepsPromises(byte[] input) {
        DecoderProperties.check5(input);
    }
}
