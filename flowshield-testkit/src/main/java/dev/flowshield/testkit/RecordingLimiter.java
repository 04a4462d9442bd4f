package dev.flowshield.testkit;

import dev.flowshield.RateLimiter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A proxy of the limiter under test, which records each call for messages and rejects null results.
 * A proxy calls the limiter's own overrides, including overrides of methods that later versions
 * add.
 */
final class RecordingLimiter implements InvocationHandler {

  private final RateLimiter limiter;
  private final LimiterFixture fixture;

  private RecordingLimiter(RateLimiter limiter, LimiterFixture fixture) {
    this.limiter = limiter;
    this.fixture = fixture;
  }

  static RateLimiter of(RateLimiter limiter, LimiterFixture fixture) {
    return (RateLimiter) Proxy.newProxyInstance(
        RateLimiter.class.getClassLoader(),
        new Class<?>[] {RateLimiter.class},
        new RecordingLimiter(limiter, fixture));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    TestWatchdog.Call call = new TestWatchdog.Call(
        method.getName(), arguments == null ? List.of() : Arrays.asList(arguments));
    TestWatchdog.callStarted(call);
    Object answer;
    try {
      answer = method.invoke(limiter, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    } finally {
      TestWatchdog.callEnded();
    }
    if (answer == null && method.getReturnType() != void.class) {
      throw fixture.fault("the result of " + call, "given", null, "null is never a result");
    }
    return answer;
  }
}
