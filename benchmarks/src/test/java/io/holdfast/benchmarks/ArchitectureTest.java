// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import io.holdfast.protocol.testkit.HouseRules;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.holdfast.benchmarks";

    @Test
    @DisplayName("rules of every module: test names, logging, no package cycles")
    void module_always_keepsHouseRules() {
        HouseRules.check(ROOT);
    }

    @Test
    @DisplayName("the packages of the load tool have an order too")
    void load_always_withoutCycles() {
        HouseRules.noPackageCycles(ROOT + ".load").check(HouseRules.product(ROOT));
    }

    @Test
    @DisplayName("measurements go through storage, never to RocksDB behind its back")
    void module_always_withoutRocksDb() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb..")
                .check(HouseRules.product(ROOT));
    }
}
