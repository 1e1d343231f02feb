// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment on the command line: {@code 2026-03-01T10:00:00Z}, {@code 2026-03-01} (UTC), or {@code 2h}, that long ago. */
final class TimeOption implements ITypeConverter<Instant> {
    private static final Pattern AGO = Pattern.compile("([0-9]{1,9})(s|m|h|d)");

    @Override
    public Instant convert(String text) {
        Matcher ago = AGO.matcher(text);
        try {
            if (ago.matches()) {
                return Instant.now().minus(age(Long.parseLong(ago.group(1)), ago.group(2)));
            }
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text
                    + "' is no time; write 2026-03-01T10:00:00Z, 2026-03-01, or 30s, 5m, 2h, 7d for that long ago");
        }
    }

    private static Duration age(long amount, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
