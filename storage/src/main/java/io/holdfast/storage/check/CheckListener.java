// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

/** Hears how a check goes. */
public interface CheckListener {
    /** A part of the work begins, of about so many steps. */
    void part(String name, long steps);

    void step();

    void found(Finding finding);
}
