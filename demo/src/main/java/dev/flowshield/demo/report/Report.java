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
 * A report of a comparison as a self-contained page for the browser, {@code flowshield-demo.html},
 * with its plots as a picture, {@code flowshield-demo.png}.
 *
 * @param comparison the comparison
 * @param deadline the latency up to which a response is in time
 * @param introduction the lines above the numbers
 * @param notes the lines below the numbers
 */
public record Report(Comparison comparison, Duration deadline, String introduction, String notes) {

  private static final int WIDTH = 1200;
  private static final int HEIGHT = 500;

  /** Writes both files, and returns a sentence with their locations. */
  public String write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path page = directory.resolve("flowshield-demo.html").toAbsolutePath().normalize();
    byte[] plots;
    try {
      plots = png();
      Files.write(directory.resolve("flowshield-demo.png"), plots);
    } catch (RuntimeException | LinkageError | InternalError noFonts) {
      // The Java runtime may lack the libraries or the fonts for drawing.
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
