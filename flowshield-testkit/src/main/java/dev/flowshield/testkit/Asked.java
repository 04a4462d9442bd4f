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
 * The limiter under test, as a trial asks it: each call is noted, for messages, and no answer may
 * be null. A proxy, so that what a limiter overrides is asked, also where later versions add to it.
 */
final class Asked implements InvocationHandler {

  private final RateLimiter limiter;
  private final Trial trial;

  private Asked(RateLimiter limiter, Trial trial) {
    this.limiter = limiter;
    this.trial = trial;
  }

  static RateLimiter of(RateLimiter limiter, Trial trial) {
    return (RateLimiter) Proxy.newProxyInstance(
        RateLimiter.class.getClassLoader(),
        new Class<?>[] {RateLimiter.class},
        new Asked(limiter, trial));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Watch.Call call =
        new Watch.Call(method.getName(), arguments == null ? List.of() : Arrays.asList(arguments));
    Watch.ask(call);
    Object answer;
    try {
      answer = method.invoke(limiter, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    } finally {
      Watch.answered();
    }
    if (answer == null && method.getReturnType() != void.class) {
      throw trial.fault("the answer to " + call, "given", null, "null is never an answer");
    }
    return answer;
  }
}
