// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.util.Locale;

/** Amounts for the eye. */
final class Quantity {
    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Quantity() {}

    static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1_024 && unit < UNITS.length - 1) {
            amount /= 1_024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }
}
