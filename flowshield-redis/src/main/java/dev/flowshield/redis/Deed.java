package dev.flowshield.redis;

/** What the script that keeps limits is asked to do. */
enum Deed {
  TAKE('t'),
  SOME('s'),
  CHARGE('c'),
  ADD('a'),
  RESET('x'),
  PEEK('p');

  private final char letter;

  Deed(char letter) {
    this.letter = letter;
  }

  /** As the script has it. */
  char letter() {
    return letter;
  }
}
