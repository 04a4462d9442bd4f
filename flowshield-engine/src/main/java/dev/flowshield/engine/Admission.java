package dev.flowshield.engine;

/**
 * The answer of a shield: {@link Admitted}, or a {@link Refusal}, which is {@link OverLimit} or {@link Shed}.
 *
 * <pre>{@code
 * Admission admission = shield.admit("alice");
 * if (admission instanceof Admitted admitted) {
 *   try (admitted) {
 *     work();
 *   }
 * } else if (admission instanceof Refusal refusal) {
 *   comeBackIn(refusal.retryAfter());
 * }
 * }</pre>
 *
 * <p>Only an admitted one can be closed, so the work of a refused one is not run by a forgotten check.
 */
public sealed interface Admission permits Admitted, Refusal {}
