package dev.flowshield.http.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of {@code X-Forwarded-For}: a list with commas. Each proxy appends the address of
 * its peer. Several headers of that name are one list.
 */
final class ForwardedFor implements ForwardedHops {

  private final List<String> headers;
  private int header;
  private String text = "";
  private int end = -1; // the end of the rest of the text; -1 if nothing is left
  private int room = MOST_TEXT;

  ForwardedFor(List<String> headers) {
    this.headers = headers;
    this.header = headers.size();
  }

  @Override
  public @Nullable IpAddress next() {
    if (end < 0) {
      if (header == 0) {
        return null;
      }
      header--;
      text = headers.get(header);
      end = text.length();
    }
    int start = text.lastIndexOf(',', end - 1) + 1;
    room -= end - start;
    if (room < 0) {
      return null;
    }
    IpAddress hop = AddressParser.hop(text, start, end);
    end = start - 1;
    return hop;
  }
}
