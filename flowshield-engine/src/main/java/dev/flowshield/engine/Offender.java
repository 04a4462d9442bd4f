package dev.flowshield.engine;

import java.time.Duration;

/**
 * A key that is blocked, or was and has not been without a breach for long enough. For operators:
 * {@link Penalty}.
 *
 * @param limit the name of the limit that rejected it
 * @param key the id of the key, 16 hex digits, which no reader can turn back into the key; the same
 *     in all shields of a process, another in the next process, unless that has loaded a {@link
 *     Snapshot}. Not for the eyes of clients
 * @param blockedFor the rest of the block; zero if it is not blocked
 * @param level the number of blocks that still count against it, at least 1
 */
public record Offender(String limit, String key, Duration blockedFor, int level) {}
