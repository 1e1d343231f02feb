// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

/** A page as it grows. Text goes through {@link #escape}: names of brokers, topics and settings come from anywhere. */
final class Html {
    private final StringBuilder page = new StringBuilder(64 * 1024);

    /** Text between elements or in a quoted attribute, without any meaning of its own. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c < ' ' && c != '\n' ? '\ufffd' : c);
            }
        }
        return safe.toString();
    }

    /** Markup that this package wrote itself. */
    Html markup(String trusted) {
        page.append(trusted);
        return this;
    }

    /** An element with text and nothing else. */
    Html element(String tag, String text) {
        page.append('<')
                .append(tag)
                .append('>')
                .append(escape(text))
                .append("</")
                .append(tag)
                .append(">\n");
        return this;
    }

    /** The same with a class of the style sheet. */
    Html element(String tag, String cssClass, String text) {
        page.append('<').append(tag).append(" class=\"").append(cssClass).append("\">");
        page.append(escape(text)).append("</").append(tag).append(">\n");
        return this;
    }

    /** A table of names and values under a heading. */
    Html table(String heading, Iterable<ResultTable.Row> rows) {
        markup("<section>").element("h3", heading).markup("<table>\n");
        for (ResultTable.Row row : rows) {
            markup("<tr>")
                    .element("th", row.name().strip())
                    .element("td", row.value())
                    .markup("</tr>\n");
        }
        return markup("</table></section>\n");
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
