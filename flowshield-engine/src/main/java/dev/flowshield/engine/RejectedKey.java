package dev.flowshield.engine;

/**
 * A key that was rejected often, and the number of its rejections. Exact for the first 1,024
 * rejections of a shield; later ones are estimated from a sample.
 *
 * @param key the id of the key, 16 hex digits, or with {@link FlowShieldBuilder#showKeys} its first
 *     64 characters; as in {@link RejectionEvent#key}
 * @param rejections the estimated count; low by at most 1/128 of all rejections, plus the sampling
 *     error of one in 64, which is seldom more than {@code 16 * sqrt(rejections)} either way
 */
public record RejectedKey(String key, long rejections) {

  /** Returns this count and another count of the key added up. */
  RejectedKey plus(RejectedKey more) {
    return new RejectedKey(key, rejections + more.rejections);
  }
}
