// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

/**
 * One sub-command of {@code holdfast}, found through {@link java.util.ServiceLoader}.
 *
 * <p>An implementation carries picocli's {@code @Command} with its name, has a public constructor without arguments,
 * and is either a {@code Callable<Integer>} (the exit code) or a parent of further sub-commands. Modules that an
 * installation may leave out, such as the benchmarks, join the command line by this interface alone.
 */
public interface Verb {}
