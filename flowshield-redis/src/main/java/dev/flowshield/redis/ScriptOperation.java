package dev.flowshield.redis;

/** What the script that keeps limits is asked to do. */
enum ScriptOperation {
  TAKE('t'),
  SOME('s'),
  CHARGE('c'),
  REFUND('r'),
  ADD('a'),
  RESET('x'),
  PEEK('p');

  private final char letter;

  ScriptOperation(char letter) {
    this.letter = letter;
  }

  /** As the script has it. */
  char letter() {
    return letter;
  }
}
