// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.holdfast.protocol.testkit.HouseRules;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.holdfast.tools";
    private static final JavaClasses PRODUCT = HouseRules.product(ROOT);

    @Test
    @DisplayName("rules of every module: test names, logging, no package cycles")
    void module_always_keepsHouseRules() {
        HouseRules.check(ROOT);
    }

    @Test
    @DisplayName("tools can be installed without the benchmarks and see no RocksDB types")
    void module_always_dependsDownwards() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.holdfast.benchmarks..", "org.rocksdb..")
                .check(PRODUCT);
    }

    @Test
    @DisplayName("the store verbs use storage's read side and never the broker")
    void storeVerbs_always_withoutServer() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.holdfast.server..", "io.netty..")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("io.holdfast.storage.commit..")
                .allowEmptyShould(true)
                .check(PRODUCT);
    }
}
