// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.result;

/**
 * The broker that was loaded.
 *
 * @param broker its name as it tells it, or {@link #UNKNOWN}
 * @param version its version as it tells it, or {@link #UNKNOWN}
 * @param durability what an acknowledgement means to it ({@code sync}, {@code interval}, {@code os}), or
 *     {@link #UNKNOWN}: most brokers do not tell
 */
public record Target(String host, int port, String broker, String version, String durability) {
    /** What the broker does not tell. */
    public static final String UNKNOWN = "unknown";
}
