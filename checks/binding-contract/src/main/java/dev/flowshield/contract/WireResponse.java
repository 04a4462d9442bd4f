package dev.flowshield.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.toCollection;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A response as received over the wire.
 *
 * @param status the status code
 * @param headers the header lines
 * @param body the body, one character for each byte
 */
public record WireResponse(int status, List<String> headers, String body) {

  static WireResponse read(InputStream in, boolean mayHaveBody) throws IOException {
    String statusLine = line(in);
    List<String> headers = new ArrayList<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      headers.add(line);
    }
    int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
    WireResponse head = new WireResponse(status, headers, "");
    return mayHaveBody ? new WireResponse(status, headers, head.readBody(in)) : head;
  }

  /** Returns all values of a header, in order. */
  public List<String> values(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return headers.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).strip())
        .collect(toCollection(ArrayList::new));
  }

  private String readBody(InputStream in) throws IOException {
    if (values("Transfer-Encoding").contains("chunked")) {
      StringBuilder body = new StringBuilder();
      int size;
      do {
        size = Integer.parseInt(line(in), 16);
        body.append(bytes(in, size));
        line(in);
      } while (size > 0);
      return body.toString();
    }
    List<String> length = values("Content-Length");
    return bytes(in, length.isEmpty() ? 0 : Integer.parseInt(length.get(0)));
  }

  private static String bytes(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
    }
    return new String(bytes, ISO_8859_1);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended after '" + line + "'");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
