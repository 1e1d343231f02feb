// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.testkit;

import java.lang.reflect.Method;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.opentest4j.TestAbortedException;

/** Where seeds come from and how a failure names them; tests normally use {@link Seeded}. */
public final class Seeds {
    private static final String SEED = "seed";
    private static final String RUNS = "seed.runs";

    private Seeds() {}

    /** The seed given by {@code -Dseed}, else a fresh one; for a test with a single, long run. */
    public static long one() {
        return many(1).findFirst().orElseThrow();
    }

    /** The seed given by {@code -Dseed} alone, else {@code runs} fresh ones. */
    public static LongStream many(int runs) {
        Long given = Long.getLong(SEED);
        if (given != null) {
            return LongStream.of(given);
        }
        return new SplittableRandom().longs(Integer.getInteger(RUNS, runs));
    }

    /** What to put into a failure message of a test that takes its seed from {@link #one()}. */
    public static String replay(long seed) {
        return "seed " + seed + " (replay with -D" + SEED + "=" + seed + ")";
    }

    /** Feeds {@link Seeded} tests. */
    static final class Source implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            int runs =
                    context.getRequiredTestMethod().getAnnotation(Seeded.class).runs();
            return many(runs).mapToObj(Arguments::of);
        }
    }

    /** Puts the seed in front of whatever a {@link Seeded} test fails with. */
    static final class InFailure implements InvocationInterceptor {
        @Override
        public void interceptTestTemplateMethod(
                Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
                throws Throwable {
            try {
                invocation.proceed();
            } catch (TestAbortedException e) {
                throw e;
            } catch (Throwable e) {
                long seed = (Long) method.getArguments().get(0);
                throw new AssertionError(replay(seed) + ": " + e, e);
            }
        }
    }
}
