// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A row of the matrix: a test that takes a {@link Client} and runs once with each that can do the feature. Who cannot is
 * named in the log and in {@code docs/clients.md}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(EachClientSource.class)
@interface EachClient {
    /** The feature as the table names it. */
    String value();

    /** A client that lacks the feature. The test never runs with it. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @Repeatable(CannotAll.class)
    @interface Cannot {
        Client client();

        String why();
    }

    /** Several of them. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface CannotAll {
        Cannot[] value();
    }
}
