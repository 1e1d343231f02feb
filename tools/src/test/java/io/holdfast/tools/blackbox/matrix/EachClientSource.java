// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The clients that a row runs with; one line says who does not, and why. */
final class EachClientSource implements ArgumentsProvider {
    private static final System.Logger LOG = System.getLogger(EachClientSource.class.getName());
    private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        Method row = context.getRequiredTestMethod();
        return Arrays.stream(Client.values())
                .filter(client -> isRun(row, client))
                .map(Arguments::of);
    }

    private static boolean isRun(Method row, Client client) {
        Optional<String> cannot = cannot(row, client);
        cannot.ifPresent(why -> report(
                "NOT IN THE MATRIX: " + client.title() + ", " + feature(row).orElse(row.getName()) + ": " + why));
        Optional<String> missing = cannot.isPresent() ? Optional.empty() : client.missing();
        missing.ifPresent(tool -> report("SKIPPED for want of " + tool + ": all rows of " + client.title()));
        return cannot.isEmpty() && missing.isEmpty();
    }

    /** What a row is about; empty for a method that is none. */
    static Optional<String> feature(Method row) {
        return Optional.ofNullable(row.getAnnotation(EachClient.class)).map(EachClient::value);
    }

    /** Why a client has no place in a row. */
    static Optional<String> cannot(Method row, Client client) {
        return Arrays.stream(row.getAnnotationsByType(EachClient.Cannot.class))
                .filter(cannot -> cannot.client() == client)
                .map(EachClient.Cannot::why)
                .findFirst();
    }

    private static void report(String line) {
        if (REPORTED.add(line)) {
            LOG.log(System.Logger.Level.WARNING, line);
        }
    }
}
