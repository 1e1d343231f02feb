// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.holdfast.protocol.testkit.HouseRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.holdfast.server";
    private static final String SESSION = ROOT + ".session..";
    private static final JavaClasses PRODUCT = HouseRules.product(ROOT);

    @Test
    @DisplayName("rules of every module: test names, logging, no package cycles")
    void module_always_keepsHouseRules() {
        HouseRules.check(ROOT);
    }

    @Test
    @DisplayName("server knows protocol and storage, not the tools; RocksDB stays behind storage")
    void module_always_dependsDownwards() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.holdfast.tools..", "io.holdfast.benchmarks..", "org.rocksdb..")
                .check(PRODUCT);
    }

    @Test
    @DisplayName("only transport and admin touch Netty's channels and handlers")
    void channels_outsideTransportAndAdmin_unknown() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".transport..", ROOT + ".admin..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..")
                .check(PRODUCT);
    }

    @Test
    @DisplayName("the session core knows no network, no outer package; of Netty at most a payload's buffer")
    void session_always_pure() {
        noClasses()
                .that()
                .resideInAPackage(SESSION)
                .should()
                .dependOnClassesThat(new DescribedPredicate<>("belong to the network or to an outer package") {
                    @Override
                    public boolean test(JavaClass type) {
                        return isNetwork(type.getPackageName())
                                || type.getPackageName().startsWith(ROOT + ".transport")
                                || type.getPackageName().startsWith(ROOT + ".admin")
                                || type.getPackageName().equals(ROOT);
                    }
                })
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    @DisplayName("one thread owns a session: no lock, volatile, synchronized or concurrent collection in its core")
    void session_always_singleThreaded() {
        noClasses()
                .that()
                .resideInAPackage(SESSION)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.concurrent\\.Concurrent.*")
                .allowEmptyShould(true)
                .check(PRODUCT);
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage(SESSION)
                .should()
                .haveModifier(JavaModifier.VOLATILE)
                .allowEmptyShould(true)
                .check(PRODUCT);
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage(SESSION)
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .allowEmptyShould(true)
                .check(PRODUCT);
        assertThat(sessionSources().filter(ArchitectureTest::hasSynchronizedBlock))
                .as("blocks are invisible in class files' modifiers, so the text is read")
                .isEmpty();
    }

    @Test
    @DisplayName("time, ids and chance are handed to the session core, so that a simulation decides them")
    void session_always_deterministic() {
        noClasses()
                .that()
                .resideInAPackage(SESSION)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callConstructor(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocalRandom.class)
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    @DisplayName("routing answers questions about topics and knows neither connections nor sessions' behaviour")
    void routing_always_independent() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".routing..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".transport..", ROOT + ".admin..", SESSION, "io.netty..")
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    private static boolean isNetwork(String packageName) {
        return packageName.startsWith("io.netty")
                && !packageName.equals("io.netty.buffer")
                && !packageName.equals("io.netty.util");
    }

    private static Stream<Path> sessionSources() {
        Path folder = Path.of("src/main/java/io/holdfast/server/session");
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return List.copyOf(files.filter(f -> f.toString().endsWith(".java")).toList()).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasSynchronizedBlock(Path source) {
        try {
            return Files.readString(source)
                    .replaceAll("(?s)/\\*.*?\\*/", "")
                    .replaceAll("//[^\n]*", "")
                    .matches("(?s).*\\bsynchronized\\b.*");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
