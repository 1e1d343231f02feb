// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import java.util.Locale;

/** Amounts for people: three digits that matter, and the unit. The same text in every locale. */
final class Amounts {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Amounts() {}

    /** Microseconds as {@code 412 us}, {@code 3.07 ms} or {@code 1.20 s}. */
    static String micros(double micros) {
        if (micros < 1_000) {
            return digits(micros) + " us";
        }
        return micros < 1_000_000 ? digits(micros / 1_000) + " ms" : digits(micros / 1_000_000) + " s";
    }

    /** Large counts with thousands, {@code 712,345}; small ones with the digits that matter. */
    static String count(double count) {
        return count < 1_000 ? digits(count) : String.format(Locale.ROOT, "%,.0f", count);
    }

    /** Three digits of a rate, where there is little room: {@code 950}, {@code 7.12 k}, {@code 712 k}, {@code 2.60 M}. */
    static String thousands(double count) {
        if (count < 1_000) {
            return digits(Math.rint(count));
        }
        return count < 1_000_000 ? digits(count / 1_000) + " k" : digits(count / 1_000_000) + " M";
    }

    static String bytes(double bytes) {
        int unit = 0;
        double amount = bytes;
        while (amount >= 1_024 && unit < BYTE_UNITS.length - 1) {
            amount /= 1_024;
            unit++;
        }
        return digits(amount) + " " + BYTE_UNITS[unit];
    }

    /** {@code 50}, {@code 99.9}, {@code 99.99}. */
    static String percentile(double percentile) {
        return percentile == Math.rint(percentile) ? digits(percentile) : Double.toString(percentile);
    }

    /** Three digits, at most two of them behind the point; a whole number stays one. */
    static String digits(double amount) {
        if (amount == Math.rint(amount)) {
            return String.format(Locale.ROOT, "%.0f", amount);
        }
        int decimals = amount < 10 ? 2 : amount < 100 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f", amount);
    }
}
