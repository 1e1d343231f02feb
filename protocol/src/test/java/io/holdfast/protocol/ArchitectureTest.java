// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.holdfast.protocol.testkit.HouseRules;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.holdfast.protocol";
    private static final JavaClasses PRODUCT = HouseRules.product(ROOT);

    @Test
    @DisplayName("rules of every module: test names, logging, no package cycles")
    void module_always_keepsHouseRules() {
        HouseRules.check(ROOT);
    }

    @Test
    @DisplayName("protocol knows the JDK and Netty's buffers, nothing else")
    void module_always_dependsOnBuffersOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", ROOT + "..", "io.netty.buffer..", "io.netty.util..", "org.jspecify..")
                .check(PRODUCT);
    }

    @Test
    @DisplayName("topics stand alone, packets know topics, the codec knows both")
    void packages_always_pointDownwards() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".topic..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".packet..", ROOT + ".codec..")
                .allowEmptyShould(true)
                .check(PRODUCT);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".packet..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".codec..")
                .allowEmptyShould(true)
                .check(PRODUCT);
    }
}
