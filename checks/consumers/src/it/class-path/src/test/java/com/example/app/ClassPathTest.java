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
import dev.flowshield.engine.OverLimit;
import dev.flowshield.management.FlowShieldMBeans;
import java.lang.management.ManagementFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ClassPathTest {

  @Test
  void nothingHereIsInANamedModule() {
    assertFalse(RateLimiter.class.getModule().isNamed());
    assertFalse(FlowShield.class.getModule().isNamed());
  }

  @Test
  void theJarsTellTheirVersion() {
    for (Class<?> type : new Class<?>[] {RateLimiter.class, FlowShield.class}) {
      Package described = type.getPackage();
      assertTrue(described.getImplementationTitle().startsWith("FlowShield "));
      assertTrue(described.getImplementationVersion().matches("\\d+\\.\\d+\\.\\d+.*"));
    }
  }

  @Test
  void aStoreIsFoundByItsAddressAndNeedNotAnswer() {
    try (LimitStore store = LimitStore.open("redis://127.0.0.1:1")) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("2/h").withName("a"));

      assertTrue(limiter.tryAcquire("alice", 2));
      assertFalse(limiter.tryAcquire("alice"));
    }
  }

  @Test
  void aLimiterOfOnesOwnIsFoundByName() {
    RateLimiter limiter = RateLimiter.of("batch", RateLimit.parse("100/h"));

    assertEquals(90, limiter.decide("alice").remaining());
    assertFalse(limiter.tryAcquire("alice", 91));
  }

  @Test
  void aLimiterOfOnesOwnReadsItsOptions() {
    LimiterSpec spec = LimiterSpec.of(RateLimit.parse("100/h")).withOption("size", "50");

    assertEquals(50, RateLimiter.of("batch", spec).decide("alice").remaining());
  }

  @Test
  void theDefaultLimiterIsFoundWithoutAName() {
    RateLimiter limiter = RateLimiter.of("10/s burst 20");

    assertTrue(limiter.tryAcquire("alice", 20));
  }

  @Test
  void theShieldAdmitsAndRejects() {
    FlowShield shield = FlowShield.builder()
        .limit("100/s")
        .perKey("2/s")
        .inFlight(1)
        .ticker(() -> 0)
        .build();

    for (int call = 0; call < 2; call++) {
      if (shield.admit("alice") instanceof Admitted admitted) {
        admitted.close();
      }
    }
    assertTrue(shield.admit("alice") instanceof OverLimit over
        && over.limit().equals(RateLimit.parse("2/s"))
        && over.retryAfterNanos() == 500_000_000);
    assertEquals(2, shield.stats().admitted());
    assertEquals(1, shield.stats().overLimit());
  }

  @Test
  void aShieldIsSeenInJmxWithoutHttp() throws Exception {
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
