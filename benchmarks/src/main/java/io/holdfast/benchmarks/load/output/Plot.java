// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.regex.Pattern;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A plot of lines as an {@code <svg>} element that takes its colours from the page around it: each colour is drawn as a
 * placeholder and replaced by a CSS variable, so that one drawing serves a light and a dark page.
 */
final class Plot {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 320;
    /** Below so many points a line alone would be hard to see, or be none. */
    private static final int POINTS_WITHOUT_MARKERS = 5;

    /** Pixels between two labels; closer ones run into each other. */
    private static final int X_LABEL_DISTANCE = 90;

    private static final Color INK = new Color(1, 2, 3);
    private static final Color GRID = new Color(4, 5, 6);
    private static final Color PAPER = new Color(7, 8, 9);
    private static final Color[] SERIES = {new Color(11, 12, 13), new Color(14, 15, 16), new Color(17, 18, 19)};

    private static final Map<String, String> PAINT = Map.of(
            "rgb(1,2,3)", "var(--ink)",
            "rgb(4,5,6)", "var(--grid)",
            "rgb(7,8,9)", "none",
            "rgb(11,12,13)", "var(--series-1)",
            "rgb(14,15,16)", "var(--series-2)",
            "rgb(17,18,19)", "var(--series-3)");

    /** A hundredth of a pixel is enough, and makes a third of the bytes. */
    private static final Pattern LONG_DECIMALS = Pattern.compile("(\\d\\.\\d\\d)\\d+");

    private static final Font LABELS = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    /** A line; both lists have the same length, at least 1. */
    record Line(String name, List<Double> x, List<Double> y) {}

    private final XYChart chart;

    private Plot(String xTitle, String yTitle) {
        chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        XYStyler style = chart.getStyler();
        style.setChartTitleVisible(false);
        style.setChartBackgroundColor(PAPER);
        style.setPlotBackgroundColor(PAPER);
        style.setPlotBorderVisible(false);
        style.setChartFontColor(INK);
        style.setChartPadding(8);
        style.setLegendFont(LABELS);
        style.setLegendBackgroundColor(PAPER);
        style.setLegendBorderColor(PAPER);
        style.setLegendPosition(LegendPosition.OutsideS);
        style.setLegendLayout(LegendLayout.Horizontal);
        style.setSeriesColors(SERIES);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setPlotGridVerticalLinesVisible(false);
        style.setAxisTickLabelsFont(LABELS);
        style.setAxisTitleFont(LABELS);
        style.setAxisTickLabelsColor(INK);
        style.setAxisTickMarksColor(GRID);
        style.setXAxisTickMarkSpacingHint(X_LABEL_DISTANCE);
        style.setPlotMargin(0);
        style.setPlotContentSize(0.98);
    }

    /** An empty plot; both titles name their unit. */
    static Plot of(String xTitle, String yTitle) {
        return new Plot(xTitle, yTitle);
    }

    /** The y axis begins at 0. */
    Plot fromZero(double yMax) {
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(yMax > 0 ? yMax * 1.1 : 1.0); // all zeros would leave an axis without length
        return this;
    }

    /** The y axis is logarithmic, from whole decade to whole decade, so that it always has labels. */
    Plot logarithmic(double yMin, double yMax) {
        double low = Math.floor(Math.log10(Math.max(yMin, 1e-3)));
        double high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(yMax, 1e-3))));
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmicDecadeOnly(true);
        chart.getStyler().setYAxisMin(Math.pow(10, low));
        chart.getStyler().setYAxisMax(Math.pow(10, high));
        return this;
    }

    /** The x axis is logarithmic and shows its decades. */
    Plot xDecades(double xMax) {
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setXAxisLogarithmicDecadeOnly(true);
        chart.getStyler().setXAxisMin(1.0);
        chart.getStyler().setXAxisMax(xMax);
        return this;
    }

    /** The x axis begins at 0. */
    Plot xFromZero(double xMax) {
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setXAxisMax(xMax);
        return this;
    }

    Plot xLabels(DoubleFunction<String> text) {
        chart.getStyler().setXAxisTickLabelsFormattingFunction(text::apply);
        return this;
    }

    Plot yLabels(DoubleFunction<String> text) {
        chart.getStyler().setYAxisTickLabelsFormattingFunction(text::apply);
        return this;
    }

    /**
     * Draws the lines, at most three; a single one needs no legend, the title of the plot says what it is.
     *
     * @param id unlike that of every other plot in the page
     * @param description for those who cannot see it
     */
    String svg(String id, String description, List<Line> lines) {
        for (Line line : lines) {
            XYSeries series = chart.addSeries(line.name(), line.x(), line.y());
            series.setMarker(line.x().size() < POINTS_WITHOUT_MARKERS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            series.setLineStyle(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        }
        chart.getStyler().setLegendVisible(lines.size() > 1);
        VectorGraphics2D drawing = new VectorGraphics2D();
        chart.paint(drawing, WIDTH, HEIGHT);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            new SVGProcessor()
                    .getDocument(drawing.getCommands(), new PageSize(WIDTH, HEIGHT))
                    .writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return inPage(out.toString(StandardCharsets.UTF_8), id, description);
    }

    /** The element alone, without the head of a document, with the page's colours and names of its own. */
    private static String inPage(String document, String id, String description) {
        String body = document.substring(document.indexOf('>', document.indexOf("<svg")) + 1);
        for (Map.Entry<String, String> paint : PAINT.entrySet()) {
            body = body.replace(paint.getKey(), paint.getValue());
        }
        body = body.replace("id=\"clip", "id=\"" + id + "-clip").replace("url(#clip", "url(#" + id + "-clip");
        return "<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"" + Html.escape(description)
                + "\">" + LONG_DECIMALS.matcher(body).replaceAll("$1").strip();
    }
}
