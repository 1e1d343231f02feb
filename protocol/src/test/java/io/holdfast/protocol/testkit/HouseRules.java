// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.testkit;

import static com.tngtech.archunit.lang.conditions.ArchConditions.haveSimpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

/** Rules on code that hold in every module, and how a module's own classes are found for them. */
public final class HouseRules {
    private HouseRules() {}

    /** A module's product classes, of {@code target/classes} alone: those of other modules do not count. */
    public static JavaClasses product(String rootPackage) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
                .importPackages(rootPackage);
    }

    /** A module's test classes. */
    public static JavaClasses tests(String rootPackage) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
                .importPackages(rootPackage);
    }

    /**
     * Surefire picks classes by their names: a test in a class named otherwise would never run, and all be green. The
     * fault-injection profile runs {@code Fuzz} classes.
     */
    public static ArchRule testsAreFoundByTheirNames() {
        return classes()
                .that(new DescribedPredicate<>("are top level and hold tests") {
                    @Override
                    public boolean test(JavaClass type) {
                        return type.isTopLevelClass()
                                && type.getMethods().stream().anyMatch(HouseRules::isTest);
                    }
                })
                .should(haveSimpleNameEndingWith("Test")
                        .or(haveSimpleNameEndingWith("IT"))
                        .or(haveSimpleNameEndingWith("Fuzz")));
    }

    /** One logging facade. */
    public static ArchRule noOtherLogging() {
        return noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");
    }

    /** The packages directly below a root have an order; a cycle would make them one package. */
    public static ArchRule noPackageCycles(String rootPackage) {
        return slices().matching(rootPackage + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true);
    }

    /** Checks what holds in every module. */
    public static void check(String rootPackage) {
        testsAreFoundByTheirNames().check(tests(rootPackage));
        noOtherLogging().check(product(rootPackage));
        noPackageCycles(rootPackage).check(product(rootPackage));
    }

    private static boolean isTest(JavaMethod method) {
        return method.getAnnotations().stream()
                .anyMatch(a -> a.getRawType().isEquivalentTo(org.junit.jupiter.api.Test.class)
                        || a.getRawType().isMetaAnnotatedWith(org.junit.platform.commons.annotation.Testable.class));
    }
}
