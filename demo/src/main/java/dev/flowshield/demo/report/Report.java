package dev.flowshield.demo.report;

import dev.flowshield.demo.result.Comparison;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import javax.imageio.ImageIO;

/**
 * Writes a comparison as a page for the browser, {@code flowshield-demo.html}, which needs nothing
 * but itself, and its plots as a picture, {@code flowshield-demo.png}.
 *
 * @param comparison what to show
 * @param deadline the latency up to which an answer is in time
 * @param introduction lines to stand above the numbers
 * @param notes lines to stand below them
 */
public record Report(Comparison comparison, Duration deadline, String introduction, String notes) {

  private static final int WIDTH = 1200;
  private static final int HEIGHT = 500;

  /** Writes both files and says where they are. */
  public String write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path page = directory.resolve("flowshield-demo.html").toAbsolutePath().normalize();
    byte[] plots;
    try {
      plots = png();
      Files.write(directory.resolve("flowshield-demo.png"), plots);
    } catch (RuntimeException | LinkageError | InternalError noFonts) {
      // a Java runtime may come without the libraries or the fonts to draw with
      Files.writeString(page, new Page(comparison, introduction, notes, "").html());
      return "Report: " + page + " (without plots, as this Java runtime cannot draw: " + noFonts
          + ")";
    }
    Files.writeString(page, new Page(comparison, introduction, notes, uri(plots)).html());
    return "Report: " + page;
  }

  private static String uri(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  private byte[] png() throws IOException {
    BufferedImage picture = new Plots(comparison, deadline).picture(WIDTH, HEIGHT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", bytes);
    return bytes.toByteArray();
  }
}
