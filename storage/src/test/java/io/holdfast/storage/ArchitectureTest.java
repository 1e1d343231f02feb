// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.holdfast.protocol.testkit.HouseRules;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.holdfast.storage";
    private static final JavaClasses PRODUCT = HouseRules.product(ROOT);

    @Test
    @DisplayName("rules of every module: test names, logging, no package cycles")
    void module_always_keepsHouseRules() {
        HouseRules.check(ROOT);
    }

    @Test
    @DisplayName("storage knows RocksDB, protobuf and two collection libraries; neither Netty nor the protocol")
    void module_always_keepsToItsLibraries() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        ROOT + "..",
                        "org.rocksdb..",
                        "com.google.protobuf..",
                        "org.agrona..",
                        "org.jctools..",
                        "org.jspecify..")
                .check(PRODUCT);
    }

    @Test
    @DisplayName("the durable half of a session is free of RocksDB's types, so that the broker's core can hold it")
    void sessionState_always_freeOfRocksDb() {
        noClasses()
                .that()
                .haveFullyQualifiedName(ROOT + ".log.SessionState")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb..")
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    @DisplayName("the schema is declared once, below everything that opens, writes or reads")
    void schema_always_knowsNoUser() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".schema..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".store..", ROOT + ".commit..", ROOT + ".log..", ROOT + ".check..")
                .allowEmptyShould(true)
                .check(PRODUCT);
    }
}
