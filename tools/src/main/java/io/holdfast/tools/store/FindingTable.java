// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.check.Check;
import io.holdfast.storage.check.Finding;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;
import java.util.Map;

/** Findings for the eye: one line each, and at the end what they mean and what to do. */
final class FindingTable extends FindingOutput {
    private final Writer out;

    FindingTable(Writer out, long limit) {
        super(limit);
        this.out = out;
    }

    @Override
    void print(Finding finding) throws IOException {
        StringBuilder line = new StringBuilder();
        line.append(String.format(
                Locale.ROOT,
                "%-7s %-10s ",
                finding.severity().name().toLowerCase(Locale.ROOT),
                finding.check().title()));
        if (finding.table() != null) {
            line.append(finding.table().familyName()).append(' ');
        }
        byte[] key = finding.key();
        if (key != null) {
            line.append("0x").append(ScreenText.hex(key, 0, key.length)).append(' ');
        }
        if (finding.session() != 0) {
            line.append("session ").append(finding.session()).append(' ');
        }
        out.write(line.toString().stripTrailing() + ": " + ScreenText.of(finding.what()) + "\n");
    }

    @Override
    void close() throws IOException {
        if (counts().isEmpty()) {
            out.write("clean\n");
        } else {
            long all = counts().values().stream().mapToLong(Long::longValue).sum();
            out.write("\n" + all + (all == 1 ? " finding, " : " findings, ") + damages() + " of them damage\n");
            for (Map.Entry<Check, Long> each : counts().entrySet()) {
                out.write("\n" + each.getKey().title() + " (" + each.getValue() + ")\n  "
                        + each.getKey().meaning() + "\n  " + each.getKey().advice() + "\n");
            }
        }
        out.flush();
    }
}
