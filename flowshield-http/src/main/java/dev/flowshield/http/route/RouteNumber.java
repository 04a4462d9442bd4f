package dev.flowshield.http.route;

/**
 * Numbers the routes of requests without a table of routes. The number is a hash of the rule that
 * matches, of the method and of the first two segments of the path. All segments of digits, and all
 * long segments, count as equal, because they identify a thing and not a kind of things.
 *
 * <p>Two routes may have the same number; there are {@value #COUNT}. Takes some tens of nanoseconds
 * and allocates nothing.
 */
public final class RouteNumber {

  /** The number of routes, which are numbered from 1 on. */
  public static final int COUNT = 63;

  private static final int SEGMENTS = 2;
  private static final int LONGEST = 23; // as some databases make identifiers of 24
  private static final int OF_THINGS = 0x9E37;
  private static final int PRIME = 31;
  private static final int SPREAD = 0x9E3779B9; // 2^32 by the golden ratio

  private RouteNumber() {}

  /**
   * Returns the number of a route, 1 to {@value #COUNT}.
   *
   * @param rule the number of the rule that matches the request
   * @param path the path that the application routes by
   */
  public static int of(int rule, String method, String path) {
    int hash = PRIME * rule + method.hashCode();
    int at = 0;
    for (int segments = 0; segments < SEGMENTS && at < path.length(); segments++) {
      int begin = path.charAt(at) == '/' ? at + 1 : at;
      int end = endOf(path, begin);
      hash = PRIME * hash + segment(path, begin, end);
      at = end;
    }
    return 1 + (int) (((spread(hash) & 0xFFFF_FFFFL) * COUNT) >>> Integer.SIZE);
  }

  private static int endOf(String path, int begin) {
    int slash = path.indexOf('/', begin);
    return slash < 0 ? path.length() : slash;
  }

  private static int segment(String path, int begin, int end) {
    if (end - begin > LONGEST) {
      return OF_THINGS;
    }
    boolean isNumber = end > begin;
    int hash = 1;
    for (int i = begin; i < end; i++) {
      char c = path.charAt(i);
      isNumber &= c >= '0' && c <= '9';
      hash = PRIME * hash + c;
    }
    return isNumber ? OF_THINGS : hash;
  }

  /** Spreads all bits of a hash to the upper ones. */
  private static int spread(int hash) {
    int mixed = (hash ^ (hash >>> 16)) * SPREAD;
    return (mixed ^ (mixed >>> 15)) * SPREAD;
  }
}
