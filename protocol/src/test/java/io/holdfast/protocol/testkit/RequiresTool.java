// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.testkit;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The test runs programs that a developer's machine may lack ({@code @RequiresTool("gcc")}). Without one of them it is
 * skipped and one line says so; where {@code HOLDFAST_CI} is set nothing is skipped and the test fails by itself.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RequiresTool.OnPath.class)
public @interface RequiresTool {
    /** Names of executables, all of which are needed. */
    String[] value();

    /** The condition behind the annotation. */
    final class OnPath implements ExecutionCondition {
        private static final System.Logger LOG = System.getLogger(RequiresTool.class.getName());
        private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<RequiresTool> required =
                    AnnotationSupport.findAnnotation(context.getElement(), RequiresTool.class);
            if (required.isEmpty() || System.getenv("HOLDFAST_CI") != null) {
                return ConditionEvaluationResult.enabled("no tool is needed, or all are there by contract");
            }
            Optional<String> missing = missing(List.of(required.get().value()));
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("all tools are on the PATH");
            }
            String line = "SKIPPED for want of " + missing.get() + ": " + context.getUniqueId();
            // JUnit asks again for each repetition; people want one line.
            if (REPORTED.add(line)) {
                LOG.log(System.Logger.Level.WARNING, line);
            }
            return ConditionEvaluationResult.disabled(line);
        }

        /** The first of some tools that this machine lacks; nobody asks where {@code HOLDFAST_CI} is set. */
        public static Optional<String> missing(List<String> tools) {
            return System.getenv("HOLDFAST_CI") != null
                    ? Optional.empty()
                    : tools.stream().filter(tool -> find(tool).isEmpty()).findFirst();
        }

        /** Where an executable lies on the PATH. */
        static Optional<Path> find(String tool) {
            String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
            return Arrays.stream(path.split(File.pathSeparator, -1))
                    .filter(folder -> !folder.isEmpty())
                    .map(folder -> Path.of(folder, tool))
                    .filter(Files::isExecutable)
                    .findFirst();
        }
    }
}
