package dev.flowshield.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.HttpShield;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/** The life of a shield in the MBean server. */
class FlowShieldMBeansTest {

  @Test
  void isThereUntilItIsClosed() {
    HttpShield shield = HttpShield.builder().perClient("10/s").build();

    FlowShieldMBeans bean = FlowShieldMBeans.register(shield);

    assertThat(Mbean.SERVER.isRegistered(Mbean.name("default"))).isTrue();
    bean.close();
    bean.close();
    assertThat(Mbean.SERVER.isRegistered(Mbean.name("default"))).isFalse();
  }

  @Test
  void rejectsASecondShieldOfTheSameNameAndSaysTheWayOut() {
    FlowShield shield = FlowShield.builder().perKey("1/s").build();

    try (FlowShieldMBeans first = FlowShieldMBeans.register("orders", shield);
        FlowShieldMBeans other = FlowShieldMBeans.register("other \"*,\n", shield)) {
      assertThat(other).isNotEqualTo(first);
      assertThatThrownBy(() -> FlowShieldMBeans.register("orders", shield))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("name must be another for each shield of a process, got 'orders' twice: name"
              + " one of them, as in operations(it -> it.name(\"orders\")), or close the"
              + " registration of the other one");
      assertThat(Mbean.SERVER.isRegistered(Mbean.name("orders"))).isTrue();
    }
    FlowShieldMBeans.register("orders", shield).close();
  }

  @Test
  void rejectsABlankName() {
    FlowShield shield = FlowShield.builder().perKey("1/s").build();

    assertThatThrownBy(() -> FlowShieldMBeans.register(" ", shield))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name must not be blank, got ' ': ");
  }

  @Test
  void leavesALaterShieldOfItsNameAloneWhenItWasRemovedByOthers() throws Exception {
    FlowShield shield = FlowShield.builder().perKey("1/s").build();
    FlowShieldMBeans first = FlowShieldMBeans.register("orders", shield);
    Mbean.SERVER.unregisterMBean(Mbean.name("orders"));

    try (FlowShieldMBeans second = FlowShieldMBeans.register("orders", shield)) {
      first.close();
      assertThat(second).isNotNull();
      assertThat(Mbean.SERVER.isRegistered(Mbean.name("orders"))).isTrue();
    }
  }

  /** The registrations of a shield that nothing else refers to. */
  private record Registrations(
      WeakReference<HttpShield> shield, FlowShieldMBeans bean, FlowShieldRecording recording) {

    static Registrations ofNewShield() {
      HttpShield shield = HttpShield.builder().perClient("10/s").build();
      return new Registrations(
          new WeakReference<>(shield),
          FlowShieldMBeans.register(shield),
          FlowShieldRecording.observe(shield));
    }
  }

  @Test
  void keepsNoShieldAliveAfterItIsClosed() {
    Registrations all = Registrations.ofNewShield();
    new Mbean("default").get("Limits");
    System.gc();
    assertThat(all.shield.get()).isNotNull();

    all.bean.close();
    all.recording.close();

    await().untilAsserted(() -> {
      System.gc();
      assertThat(all.shield.get()).isNull();
    });
  }
}
