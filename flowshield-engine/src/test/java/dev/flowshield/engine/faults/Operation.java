package dev.flowshield.engine.faults;

/**
 * One call of a public method, or a few that belong together.
 *
 * @param name what is called
 * @param less how many permits fewer than before there may be if it fails
 * @param more how many permits more than before there may be if it fails
 * @param prepare what comes before it, and does not fail
 * @param deed what may fail
 * @param mayHide whether a failure may go no further, as that of what a cancelled future brings
 *     about
 * @param isRepeated whether it is done once more after every fault, to see that all still works
 */
record Operation<S extends Subject>(
    String name,
    long less,
    long more,
    Deed<S> prepare,
    Deed<S> deed,
    boolean mayHide,
    boolean isRepeated) {

  static final long ALL = Long.MAX_VALUE / 4;

  /** What is done with a subject. */
  interface Deed<S> {
    void with(S subject) throws Exception;
  }

  /** One that leaves nothing behind if it fails. */
  static <S extends Subject> Operation<S> of(String name, Deed<S> deed) {
    return new Operation<>(name, 0, 0, subject -> {}, deed, false, false);
  }

  /** The same after something else. */
  Operation<S> after(Deed<S> first) {
    return new Operation<>(name, less, more, first, deed, mayHide, isRepeated);
  }

  /** The same, which may leave so many permits less or more behind. */
  Operation<S> leaving(long fewer, long further) {
    return new Operation<>(name, fewer, further, prepare, deed, mayHide, isRepeated);
  }

  /** The same, to be done once more after every fault. */
  Operation<S> repeated() {
    return new Operation<>(name, less, more, prepare, deed, mayHide, true);
  }

  /** The same, whose failures may go no further. */
  Operation<S> hiding() {
    return new Operation<>(name, less, more, prepare, deed, true, isRepeated);
  }

  @Override
  public String toString() {
    return name;
  }
}
