// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.verify.Stamp;
import io.netty.channel.EventLoop;

/**
 * One event loop and what its clients share.
 *
 * @param index 0 to the number of loops - 1
 */
public record LoadLoop(int index, EventLoop executor, Stamp stamp) {}
