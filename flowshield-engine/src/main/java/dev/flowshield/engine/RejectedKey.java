package dev.flowshield.engine;

/**
 * A key that was rejected often, and how often: exactly while a shield has rejected 1,024 times or
 * less, and then with an estimate, made from a sample, of what came after those.
 *
 * @param key the id of the key, 16 hex digits, or with {@link FlowShieldBuilder#showKeys} its first
 *     64 characters; as in {@link RejectionEvent#key}
 * @param rejections how often, rather too low than too high: by at most one in 128 of all
 *     rejections, and by the chance of a sample of one in 64, which is seldom more than {@code 16 *
 *     sqrt(rejections)} either way
 */
public record RejectedKey(String key, long rejections) {

  /** The same with those of another count of the key. */
  RejectedKey plus(RejectedKey more) {
    return new RejectedKey(key, rejections + more.rejections);
  }
}
