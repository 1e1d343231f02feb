// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test that runs once per seed: {@code @Seeded(runs = 200) void name_condition_outcome(long seed)}. The seed is the
 * first parameter; everything random in the test comes from {@code new SplittableRandom(seed)}.
 *
 * <p>{@code -Dseed=N} runs exactly that seed, {@code -Dseed.runs=N} replaces the number of runs. A failure names its
 * seed and how to replay it.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "seed {0}")
@ArgumentsSource(Seeds.Source.class)
@ExtendWith(Seeds.InFailure.class)
public @interface Seeded {
    /** How many seeds to try, at least 1. */
    int runs() default 20;
}
