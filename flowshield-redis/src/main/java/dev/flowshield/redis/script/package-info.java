/**
 * The scripts of the store, the calls and replies that they exchange with it, and the rates that
 * they compute with. {@code limits.lua} states the form of both; {@code StoredRate} states the
 * arithmetic.
 */
@NullMarked
package dev.flowshield.redis.script;

import org.jspecify.annotations.NullMarked;
