// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import io.holdfast.benchmarks.compare.Figures.Spread;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a row is held to: a figure of one lane, alone or beside that of another.
 *
 * @param what in words, for the table
 * @param against the other lane and its phase, or null for a figure by itself
 * @param bound the most that is allowed; with {@link Kind#AT_LEAST_RATIO} the least
 * @param moonshot the same, for those who want more
 */
record Goal(String what, Kind kind, Source of, @Nullable Source against, double bound, double moonshot) {
    /** How the two figures are compared. */
    enum Kind {
        RATIO,
        AT_LEAST_RATIO,
        DIFFERENCE,
        ALONE
    }

    /** A figure: which lane's, in which phase. */
    record Source(String lane, String phase, Metric metric) {}

    /** At most so many times another lane's figure. */
    static Goal ratio(String what, Source of, Source against, double bound, double moonshot) {
        return new Goal(what, Kind.RATIO, of, against, bound, moonshot);
    }

    /** At least so many times another lane's figure. */
    static Goal atLeast(String what, Source of, Source against, double bound, double moonshot) {
        return new Goal(what, Kind.AT_LEAST_RATIO, of, against, bound, moonshot);
    }

    /** At most so much above another lane's figure. */
    static Goal difference(String what, Source of, Source against, double bound, double moonshot) {
        return new Goal(what, Kind.DIFFERENCE, of, against, bound, moonshot);
    }

    /** At most so much. */
    static Goal alone(String what, Source of, double bound, double moonshot) {
        return new Goal(what, Kind.ALONE, of, null, bound, moonshot);
    }

    /** What the medians give, or null when a lane has no figure. */
    @Nullable
    Double reached(Map<String, Figures> lanes) {
        Double mine = median(lanes, of);
        if (mine == null || against == null) {
            return mine;
        }
        Double other = median(lanes, against);
        if (other == null) {
            return null;
        }
        return kind == Kind.DIFFERENCE ? mine - other : mine / other;
    }

    private static @Nullable Double median(Map<String, Figures> lanes, Source source) {
        Figures figures = lanes.get(source.lane());
        Spread spread = figures == null ? null : figures.spread(source.phase(), source.metric());
        return spread == null ? null : spread.median();
    }

    private boolean keeps(double reached, double limit) {
        return kind == Kind.AT_LEAST_RATIO ? reached >= limit : reached <= limit;
    }

    /** {@code moonshot}, {@code met}, {@code not met}, {@code not clean} or {@code not measured}. */
    String verdict(Map<String, Figures> lanes) {
        Figures mine = lanes.get(of.lane());
        Double reached = reached(lanes);
        if (mine != null && !mine.isClean()) {
            return "not clean"; // the figures of a broker that lost something mean nothing
        }
        if (reached == null || reached.isNaN()) {
            return "not measured";
        }
        return keeps(reached, moonshot) ? "moonshot" : keeps(reached, bound) ? "met" : "not met";
    }

    /** A value of this goal with its unit. */
    String text(@Nullable Double value) {
        if (value == null) {
            return "-";
        }
        return switch (kind) {
            case RATIO, AT_LEAST_RATIO -> String.format(Locale.ROOT, "%.2f x", value);
            case DIFFERENCE -> String.format(Locale.ROOT, "%+.0f us", value);
            case ALONE -> String.format(Locale.ROOT, of.metric() == Metric.SECONDS ? "%.2f s" : "%.0f", value);
        };
    }

    /** The bound with its direction. */
    String limit(double value) {
        return (kind == Kind.AT_LEAST_RATIO ? ">= " : "<= ") + text(value);
    }
}
