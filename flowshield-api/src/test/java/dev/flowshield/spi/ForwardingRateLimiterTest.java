package dev.flowshield.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardingRateLimiterTest {

  private static final Decision.Rejected REJECTED = new Decision.Rejected(2, 1_000);
  private static final CompletableFuture<Decision> LATER = new CompletableFuture<>();
  private static final List<RateLimit> LIMITS = RateLimit.parseAll("7/s, 9/h");

  /** The arguments of calls, by type. The string is valid as a key and as a limit. */
  private static final Map<Class<?>, Object> ARGUMENTS = Map.of(
      String.class, "7/s", long.class, 3L, Duration.class, Duration.ofDays(1), List.class, LIMITS);

  /** The results of the delegate, by type. */
  private static final Map<Class<?>, Object> ANSWERS = Map.of(
      Decision.class,
      REJECTED,
      boolean.class,
      true,
      long.class,
      2L,
      CompletionStage.class,
      LATER,
      CompletableFuture.class,
      LATER,
      Reservation.class,
      new Reservation.Rejected(REJECTED),
      Set.class,
      Set.of(Capability.PEEK));

  private final List<List<Object>> asked = new ArrayList<>();
  private final RateLimiter other = (RateLimiter) Proxy.newProxyInstance(
      RateLimiter.class.getClassLoader(),
      new Class<?>[] {RateLimiter.class},
      (proxy, method, arguments) -> {
        List<Object> call = new ArrayList<>(List.of(method.getName()));
        call.addAll(arguments == null ? List.of() : List.of(arguments));
        asked.add(call);
        return ANSWERS.get(method.getReturnType());
      });

  static Stream<Method> methods() {
    return Stream.of(RateLimiter.class.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void asksTheSameOfTheOtherLimiterWhateverItIsAsked(Method method) throws Exception {
    ForwardingRateLimiter forwarding = () -> other;
    Object[] arguments =
        Stream.of(method.getParameterTypes()).map(ARGUMENTS::get).toArray();

    @Nullable Object answer = method.invoke(forwarding, arguments);

    assertThat(asked).containsExactly(inFull(method, arguments));
    assertThat(answer).isEqualTo(ANSWERS.get(method.getReturnType()));
  }

  /** Returns the full form of a call, because short forms call the full forms. */
  private static List<Object> inFull(Method method, Object[] arguments) {
    List<Object> call = new ArrayList<>(List.of(method.getName()));
    call.addAll(List.of(arguments));
    switch (method.getName()) {
      case "decide", "tryAcquire" -> complete(call, 2);
      case "acquire", "acquireAsync" -> complete(call, 3);
      case "changeTo" -> call.set(1, arguments[0] == LIMITS ? LIMITS : RateLimit.parseAll("7/s"));
      default -> {}
    }
    return call;
  }

  /** Adds the key and the permits that the short form omits. */
  private static void complete(List<Object> call, int size) {
    if (!(call.size() > 1 && call.get(1) instanceof String)) {
      call.add(1, "");
    }
    if (call.size() - 1 < size) {
      call.add(2, 1L);
    }
  }

  @Test
  void whoeverChangesTheLongFormChangesTheShortOnes() {
    record Counted(RateLimiter delegate, LongAdder calls) implements ForwardingRateLimiter {
      @Override
      public Decision decide(String key, long permits) {
        calls.increment();
        return delegate.decide(key, permits);
      }
    }
    Counted counted = new Counted((key, permits) -> REJECTED, new LongAdder());

    counted.decide();
    counted.decide("alice");
    counted.decide("alice", 3);

    assertThat(counted.calls().sum()).isEqualTo(3);
    assertThat(counted.tryAcquire("alice")).isFalse();
    assertThat(counted.calls().sum()).as("another method").isEqualTo(3);
  }
}
