package dev.flowshield.examples.guide;

import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.redis.RedisStore;

/** Limits that all instances of a service share. */
final class SharedLimits {

  private SharedLimits() {}

  // snippet: redis
  static LimitStore open() {
    return RedisStore.at("redis://localhost:6379").instances(4).open();
  }

  static RateLimiter logins(LimitStore store) {
    return store.limiter(LimiterSpec.of("5/min").withName("login"));
  }

  static FlowShield shield(LimitStore store) {
    return FlowShield.builder()
        .store(store) // all limits, unless they choose otherwise
        .perKey("100/s")
        .limit(Limit.together("printer", "2/s").withLimiter("token-bucket")) // of this process
        .build();
  }
  // end
}
