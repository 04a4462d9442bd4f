package com.example.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.management.FlowShieldMBeans;
import dev.flowshield.micrometer.FlowShieldMetrics;
import dev.flowshield.undertow.FlowShieldHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ModulePathTest {

  @Test
  void everyModuleHasItsName() {
    assertEquals("dev.flowshield.api", RateLimiter.class.getModule().getName());
    assertEquals("dev.flowshield.engine", FlowShield.class.getModule().getName());
    assertEquals("dev.flowshield.http", HttpShield.class.getModule().getName());
    assertEquals("dev.flowshield.undertow", FlowShieldHandler.class.getModule().getName());
    for (String name :
        List.of("dev.flowshield.servlet", "dev.flowshield.servlet.auto", "dev.flowshield.vertx")) {
      assertTrue(ModuleLayer.boot().findModule(name).isPresent(), name);
    }
    assertEquals("com.example.app", OwnWindowProvider.class.getModule().getName());
  }

  @Test
  void aStoreIsFoundByItsAddressAndNeedNotAnswer() {
    try (LimitStore store = LimitStore.open("redis://127.0.0.1:1")) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("2/h").withName("a"));

      assertEquals("dev.flowshield.redis", store.getClass().getModule().getName());
      assertTrue(limiter.tryAcquire("alice", 2));
      assertFalse(limiter.tryAcquire("alice"));
      assertFalse(store.stats().withoutStore() == 0);
    }
  }

  @Test
  void aRegistryCountsTheDecisionsOfAShield() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    FlowShield shield = FlowShield.builder().perKey("1/h").build();
    new FlowShieldMetrics("app", shield).bindTo(registry);
    shield.admit("alice");

    assertEquals(
        "dev.flowshield.micrometer", FlowShieldMetrics.class.getModule().getName());
    assertEquals(
        1,
        registry
            .get("flowshield.decisions")
            .tag("outcome", "admitted")
            .functionCounter()
            .count());
  }

  @Test
  void aLimiterOfOnesOwnIsFoundByName() {
    RateLimiter limiter = RateLimiter.of("own-window", RateLimit.parse("100/s"));

    assertTrue(limiter.tryAcquire("alice", 99));
    assertFalse(limiter.tryAcquire("alice", 101));
  }

  @Test
  void aLimiterOfOnesOwnReadsTheTickerOfItsSpec() {
    AtomicLong now = new AtomicLong();
    RateLimiter limiter =
        RateLimiter.of("own-window", LimiterSpec.of(RateLimit.parse("2/s")).withTicker(now::get));

    assertTrue(limiter.tryAcquire("alice", 2));
    assertFalse(limiter.tryAcquire("alice"));
    now.set(1_000_000_000);
    assertTrue(limiter.tryAcquire("alice", 2));
  }

  @Test
  void theDefaultLimiterIsFoundWithoutAName() {
    RateLimiter limiter = RateLimiter.of("10/s burst 20");

    assertTrue(limiter.tryAcquire("alice", 20));
  }

  @Test
  void theShieldKeepsALimitByALimiterOfOnesOwn() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("user", "1/s").withLimiter("own-window"))
        .ticker(() -> 0)
        .build();

    assertTrue(shield.admit("alice") instanceof Admitted);
    assertTrue(shield.admit("alice") instanceof OverLimit);
    assertTrue(shield.admit("bob") instanceof Admitted);
  }

  @Test
  void aShieldIsSeenInJmx() throws Exception {
    FlowShield shield = FlowShield.builder().perKey("1/s").build();

    try (FlowShieldMBeans bean = FlowShieldMBeans.register("orders", shield)) {
      assertTrue(shield.admit("alice") instanceof Admitted);
      assertEquals(
          1L,
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName("dev.flowshield:type=FlowShield,name=\"orders\""), "Admitted"),
          bean::toString);
    }
  }
}
