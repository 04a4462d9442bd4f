/**
 * The debts of keys, in a file, so that a restart forgives nothing. Start with
 * {@link dev.flowshield.engine.snapshot.SnapshotFile}. The meaning of a word in another process is
 * not here but in {@code rate}.
 */
@NullMarked
package dev.flowshield.engine.snapshot;

import org.jspecify.annotations.NullMarked;
