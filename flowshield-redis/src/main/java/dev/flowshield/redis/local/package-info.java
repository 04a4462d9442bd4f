/**
 * State that an instance keeps itself, so that requests need no call or can be decided without the
 * store. Start with {@code Lease}, {@code RejectionCache} and {@code LocalFallback}.
 */
@NullMarked
package dev.flowshield.redis.local;

import org.jspecify.annotations.NullMarked;
