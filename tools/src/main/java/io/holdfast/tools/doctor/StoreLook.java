// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How the store was left; reads only, also while a broker runs on it. */
final class StoreLook {
    private static final String NAME = "store";

    private StoreLook() {}

    static Diagnosis look(Path data) {
        try {
            if (!Files.exists(data) || isEmpty(data)) {
                return Diagnosis.ok(NAME, data + " is made at the first start");
            }
            StoreFacts facts = StoreFacts.of(data); // Before the store: a broker that runs there writes on.
            try (StoreReader store = StoreReader.open(data, null)) {
                // A log that is torn behind that is whole as far as anybody was told (store check says more).
                long missing = facts.watermarkSequence() - store.sequence();
                if (missing > 0) {
                    String place = facts.damagedLogPlace();
                    return Diagnosis.fail(
                            NAME,
                            "the store's log ends " + missing + " rows before what was on disk"
                                    + (place == null ? "" : ", damaged in " + place),
                            "see 'holdfast store check --data " + data + "'");
                }
                return Diagnosis.ok(
                        NAME, data + " opens, at change " + store.sequence() + "; 'holdfast store check' looks deeper");
            }
        } catch (StoreException e) {
            return Diagnosis.fail(
                    NAME, String.valueOf(e.getMessage()), "see 'holdfast store info --data " + data + "'");
        } catch (IOException e) {
            return Diagnosis.fail(NAME, data + " cannot be read: " + e.getMessage(), "check its owner");
        }
    }

    private static boolean isEmpty(Path data) throws IOException {
        try (Stream<Path> content = Files.list(data)) {
            return content.findAny().isEmpty();
        }
    }
}
