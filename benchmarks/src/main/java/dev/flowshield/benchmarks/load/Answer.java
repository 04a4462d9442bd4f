package dev.flowshield.benchmarks.load;

/** The part of HTTP/1.1 that the client must parse. Responses have a Content-Length. */
final class Answer {

  private static final byte[] FIELD = {
    'c', 'o', 'n', 't', 'e', 'n', 't', '-', 'l', 'e', 'n', 'g', 't', 'h', ':'
  };

  private Answer() {}

  /** Returns the length of the head, including the empty line; -1 if it is incomplete. */
  static int headLength(byte[] bytes, int length) {
    for (int i = 3; i < length; i++) {
      if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  /** Returns the length of the body. */
  static int contentLength(byte[] bytes, int head) {
    for (int i = 0; i < head - FIELD.length; i++) {
      if (bytes[i] == '\n' && isField(bytes, i + 1)) {
        return number(bytes, i + 1 + FIELD.length);
      }
    }
    throw new IllegalStateException("an answer must have a Content-Length, got one without");
  }

  static int status(byte[] bytes) {
    return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0';
  }

  private static boolean isField(byte[] bytes, int from) {
    for (int i = 0; i < FIELD.length; i++) {
      if ((bytes[from + i] | 0x20) != (FIELD[i] | 0x20)) {
        return false;
      }
    }
    return true;
  }

  private static int number(byte[] bytes, int from) {
    int value = 0;
    int i = bytes[from] == ' ' ? from + 1 : from;
    for (; bytes[i] >= '0' && bytes[i] <= '9'; i++) {
      value = value * 10 + bytes[i] - '0';
    }
    return value;
  }
}
