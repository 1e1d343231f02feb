// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/** Who asked a shard something hears of it here, once, on the shard's thread. */
public interface Answer<T> {
    void done(T value);

    void failed(RuntimeException cause);
}
