package dev.flowshield.checks.overload.plot;

import java.awt.Dimension;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.w3c.dom.Document;

/** A writer of charts as SVG. */
final class Svg {

  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  private Svg() {}

  /** Writes a chart, with its size in points. */
  static void write(JFreeChart chart, int width, int height, Path file) {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setComment("mvn -Poverload has drawn this, see docs/overload.md");
    context.setPrecision(2);
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    graphics.setSVGCanvasSize(new Dimension(width, height));
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    try (Writer writer = Files.newBufferedWriter(file)) {
      graphics.stream(writer, false);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(NAMESPACE, "svg", null);
    } catch (ParserConfigurationException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
