package dev.flowshield.engine.allowance;

import dev.flowshield.Decision;
import dev.flowshield.spi.RateAlgorithm;

/**
 * Makes the answer to a request for permits.
 *
 * <p>It is called before the CAS on the word, so nothing is taken if it throws. If the CAS fails,
 * the answer is discarded. The CAS loop is written once for all kinds of answer, and a caller that
 * needs only yes or no pays neither for an object nor for the division behind {@code remaining}.
 */
public interface AnswerFactory<T> {

  /** Returns the permits are about to be taken; {@code word} is the word after that. */
  T admitted(RateAlgorithm algorithm, long word, long now);

  /** Creates the answer if no permit is taken; {@code word} is the word that rejects. */
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
   * The word after taking, or {@link RateAlgorithm#REJECTED}. Allocates an object, so it is not for
   * hot paths.
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

  /** Returns the decision of a limit; allocates one object. */
  static AnswerFactory<Decision> decision(String limit) {
    return new AnswerFactory<>() {
      @Override
      public Decision admitted(RateAlgorithm algorithm, long word, long now) {
        return new Decision.Admitted(algorithm.remaining(word, now));
      }

      @Override
      public Decision rejected(RateAlgorithm algorithm, long word, long now, long permits) {
        long remaining = algorithm.remaining(word, now);
        return permits <= algorithm.burst()
            ? new Decision.Rejected(remaining, algorithm.retryAfterNanos(word, now, permits), limit)
            : new Decision.Rejected(remaining, Decision.NEVER, limit)
                .withReason(Decision.Reason.BEYOND_BURST); // the limit was lowered just now
      }
    };
  }
}
