// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.result;

/**
 * Where the load was made, so that figures are never read apart from it.
 *
 * @param cpu the processor's name
 * @param cores logical processors that the tool may use
 * @param memoryBytes physical memory, 0 when unknown
 * @param jdk version and vendor of the tool's own virtual machine
 * @param commit of the checkout that the tool was built from, with {@code -dirty} behind it when files differed; or
 *     {@code unknown}
 */
public record Machine(String os, String cpu, int cores, long memoryBytes, String jdk, String commit) {}
