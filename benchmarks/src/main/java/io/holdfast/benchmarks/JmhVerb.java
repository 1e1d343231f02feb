// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks;

import io.holdfast.tools.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code holdfast jmh}: runs the JMH benchmarks that match a regular expression. */
@Command(
        name = "jmh",
        description = {
            "Runs the JMH benchmarks whose names match REGEX, all without one.",
            "Everything behind 'jmh' goes to JMH, for example: holdfast jmh QosPath -prof gc -rf json; -h lists options."
        })
public final class JmhVerb implements Verb, Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
