package dev.flowshield.redis;

/** What the script that keeps limits is asked to do. */
enum Deed {
  TAKE("take"),
  SOME("some"),
  CHARGE("charge"),
  REFUND("refund"),
  ADD("add"),
  RESET("reset"),
  PEEK("peek");

  private final String word;

  Deed(String word) {
    this.word = word;
  }

  /** As the script has it. */
  String word() {
    return word;
  }
}
