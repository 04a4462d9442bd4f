package dev.flowshield.redis.script;

/** An operation of the script that keeps limits; {@code limits.lua} describes each. */
public enum ScriptOperation {
  TAKE('t'),
  SOME('s'),
  CHARGE('c'),
  ADD('a'),
  RESET('x'),
  PEEK('p');

  private final char letter;

  ScriptOperation(char letter) {
    this.letter = letter;
  }

  /** Returns the letter by which the script knows the operation. */
  char letter() {
    return letter;
  }
}
