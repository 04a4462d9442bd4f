package dev.flowshield.engine;

/**
 * The answer of a shield: {@link Admitted}, or a {@link Rejection}, which is {@link OverLimit},
 * {@link Blocked}, {@link Shed} or {@link Unavailable}.
 *
 * <pre>{@code
 * Admission admission = shield.admit("alice");
 * if (admission instanceof Admitted admitted) {
 *   try (admitted) {
 *     work();
 *   }
 * } else if (admission instanceof Rejection rejection) {
 *   comeBackIn(rejection.retryAfter());
 * }
 * }</pre>
 *
 * <p>Only an admitted request can be closed, so the work of a rejected one is not run by a
 * forgotten check.
 */
public sealed interface Admission permits Admitted, Rejection {}
