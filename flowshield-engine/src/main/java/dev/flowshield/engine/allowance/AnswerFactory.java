package dev.flowshield.engine.allowance;

import dev.flowshield.Decision;
import dev.flowshield.spi.RateAlgorithm;

/**
 * What to make of an outcome. It is asked before the word is exchanged, so an answer that fails
 * leaves nothing taken, and one may be thrown away where another thread exchanged the word first.
 * The loop over a word is written once and asks one of these at its end, so that a caller that
 * needs only yes or no pays neither for an object nor for the division behind {@code remaining}.
 */
public interface AnswerFactory<T> {

  /** The permits are about to be taken; {@code word} is what is remembered then. */
  T admitted(RateAlgorithm algorithm, long word, long now);

  /** Nothing is taken; {@code word} is what rejected. */
  T rejected(RateAlgorithm algorithm, long word, long now, long permits);

  /** Yes or no; allocates nothing. */
  AnswerFactory<Boolean> YES_OR_NO = new AnswerFactory<>() {
    @Override
    public Boolean admitted(RateAlgorithm algorithm, long word, long now) {
      return Boolean.TRUE;
    }

    @Override
    public Boolean rejected(RateAlgorithm algorithm, long word, long now, long permits) {
      return Boolean.FALSE;
    }
  };

  /**
   * The word after taking, or {@link RateAlgorithm#REJECTED}; one object, so not for every call.
   */
  AnswerFactory<Long> WORD = new AnswerFactory<>() {
    @Override
    public Long admitted(RateAlgorithm algorithm, long word, long now) {
      return word;
    }

    @Override
    public Long rejected(RateAlgorithm algorithm, long word, long now, long permits) {
      return RateAlgorithm.REJECTED;
    }
  };

  /** The whole decision of a limit; one object. */
  static AnswerFactory<Decision> decision(String limit) {
    return new AnswerFactory<>() {
      @Override
      public Decision admitted(RateAlgorithm algorithm, long word, long now) {
        return new Decision.Admitted(algorithm.remaining(word, now));
      }

      @Override
      public Decision rejected(RateAlgorithm algorithm, long word, long now, long permits) {
        return new Decision.Rejected(
            algorithm.remaining(word, now), algorithm.retryAfterNanos(word, now, permits), limit);
      }
    };
  }
}
