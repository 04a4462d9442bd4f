package dev.flowshield.http.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Where the shield learns how busy the processors are. */
class ProcessorTimeTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final AtomicInteger asked = new AtomicInteger();

  /** A bean of a kind, which has one number for all that it is asked. */
  private <T> T bean(Class<T> kind, long number) {
    return kind.cast(
        Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, (bean, method, no) -> {
          asked.incrementAndGet();
          return number;
        }));
  }

  /** Some requests of two seconds, all of which end. */
  private void serve(FlowShield shield) {
    for (int i = 0; i < 200; i++) {
      Admission admission = shield.admit("alice");
      ticker.advance(Duration.ofMillis(10));
      ((Admitted) admission).close();
    }
  }

  private FlowShieldBuilder builder() {
    return FlowShield.builder().inFlight(InFlightLimit.auto()).ticker(ticker);
  }

  @Test
  void isReadWhileRequestsCome() {
    FlowShieldBuilder builder = builder();

    assertThat(ProcessorTime.tell(builder, bean(OperatingSystemMXBean.class, 7)))
        .isTrue();
    asked.set(0);
    serve(builder.build());

    assertThat(asked).hasValueGreaterThan(5);
  }

  @Test
  void isNotReadWhereTheSystemDoesNotTell() {
    FlowShieldBuilder builder = builder();

    assertThat(ProcessorTime.tell(builder, bean(OperatingSystemMXBean.class, -1)))
        .isFalse();
    asked.set(0);
    serve(builder.build());

    assertThat(asked).hasValue(0);
  }

  @Test
  void isNotReadFromABeanOfAnotherKind() {
    java.lang.management.OperatingSystemMXBean other =
        bean(java.lang.management.OperatingSystemMXBean.class, 7);

    assertThat(ProcessorTime.tell(builder(), other)).isFalse();
    assertThat(asked).hasValue(0);
  }

  @Test
  void isThereInThisProcess() {
    assertThat(ProcessorTime.tell(builder(), ManagementFactory.getOperatingSystemMXBean()))
        .isTrue();
  }

  @Test
  void givesWayToWhatTheApplicationSays() {
    HttpShield shield = HttpShield.builder()
        .inFlight(InFlightLimit.auto())
        .operations(
            o -> o.engine(it -> it.processors(asked::incrementAndGet, 2)).ticker(ticker))
        .build();

    serve(shield.engine());

    assertThat(asked).hasValueGreaterThan(5);
  }
}
