package dev.flowshield.examples.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alibaba.csp.sentinel.Constants;
import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphO;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.node.IntervalProperty;
import com.alibaba.csp.sentinel.node.SampleCountProperty;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.FlowException;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import com.alibaba.csp.sentinel.slots.system.SystemRuleManager;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Shed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The statements of docs/coming-from-alibaba-sentinel.md about Sentinel and FlowShield. */
class AlibabaSentinelTest {

  static {
    System.setProperty("csp.sentinel.log.dir", "target/sentinel"); // otherwise the home directory
  }

  /** The code of the page: theirs. */
  static final class Theirs {

    // snippet: sentinel-limit
    static void limit() {
      FlowRule rule = new FlowRule("greet");
      rule.setGrade(RuleConstant.FLOW_GRADE_QPS);
      rule.setCount(2);
      FlowRuleManager.loadRules(List.of(rule));
    }

    static String greet(String name) {
      Entry entry;
      try {
        entry = SphU.entry("greet");
      } catch (BlockException blocked) {
        return "not now";
      }
      try {
        return "hello " + name;
      } finally {
        entry.exit();
      }
    }
    // end

    // snippet: sentinel-cap
    static void cap() {
      FlowRule rule = new FlowRule("convert");
      rule.setGrade(RuleConstant.FLOW_GRADE_THREAD);
      rule.setCount(2);
      FlowRuleManager.loadRules(List.of(rule));
    }
    // end

    // snippet: sentinel-adaptive
    static void protect() {
      SystemRule rule = new SystemRule();
      rule.setHighestCpuUsage(0.8);
      SystemRuleManager.loadRules(List.of(rule));
    }
    // end
  }

  /** The code of the page: ours. */
  static final class Ours {

    // snippet: from-sentinel-limit
    private final FlowShield shield = FlowShield.builder().limit("2/s").build();

    String greet(String name) {
      return shield.call(
          name, () -> "hello " + name, rejected -> "come back in " + rejected.retryAfter());
    }
    // end

    // snippet: from-sentinel-cap
    static FlowShield cap() {
      return FlowShield.builder().inFlight(2).build();
    }
    // end

    // snippet: from-sentinel-adaptive
    static FlowShield protect() {
      return FlowShield.builder().inFlight(InFlightLimit.auto()).build();
    }
    // end

    // snippet: from-sentinel-change
    static void change(FlowShield shield) {
      shield.change(Map.of("everyone", "20/s"));
    }
    // end
  }

  @AfterEach
  void removeRules() {
    FlowRuleManager.loadRules(List.of());
    SystemRuleManager.loadRules(List.of());
  }

  @Test
  void bothGreetAndRejectMoreThanTheLimit() {
    Theirs.limit();
    assertThat(Theirs.greet("alice")).isEqualTo("hello alice");
    assertThatThrownBy(() -> SphU.entry("greet", 3)).isInstanceOf(FlowException.class);

    Ours ours = new Ours();
    assertThat(ours.greet("alice")).isEqualTo("hello alice");
    assertThat(ours.greet("bob")).isEqualTo("hello bob");
    assertThat(ours.greet("carol")).startsWith("come back in PT");
  }

  @Test
  void bothCapTheWorkInFlight() throws BlockException {
    Theirs.cap();
    Entry first = SphU.entry("convert");
    Entry second = SphU.entry("convert");
    assertThat(SphO.entry("convert")).isFalse();
    second.exit();
    first.exit();

    FlowShield shield = Ours.cap();
    try (Admitted one = (Admitted) shield.admit();
        Admitted two = (Admitted) shield.admit()) {
      assertThat(one).isNotSameAs(two);
      assertThat(shield.admit()).isInstanceOf(Shed.class);
    }
  }

  @Test
  void bothProtectTheServerAsAWhole() {
    Theirs.protect();
    assertThat(SystemRuleManager.getCpuUsageThreshold()).isEqualTo(0.8);

    assertThat(Ours.protect().isInFlightAuto()).isTrue();
  }

  @Test
  void aRejectionHasNoStackTraceAndNoWaitInSentinel() {
    Theirs.limit();

    assertThatThrownBy(() -> SphU.entry("greet", 3))
        .isInstanceOf(BlockException.class)
        .extracting(Throwable::getStackTrace)
        .isEqualTo(new StackTraceElement[0]);
  }

  @Test
  void aSecondIsTwoWindowsAndSixThousandResourcesAreTheMostInSentinel() {
    assertThat(SampleCountProperty.SAMPLE_COUNT).isEqualTo(2);
    assertThat(IntervalProperty.INTERVAL).isEqualTo(1_000);
    assertThat(Constants.MAX_SLOT_CHAIN_SIZE).isEqualTo(6_000);
  }

  @Test
  void aChangedLimitKeepsTheProportionInFlowShield() {
    FlowShield shield = FlowShield.builder().limit("2/s").build();
    Ours.change(shield);

    assertThat(shield.limits()).singleElement().asString().contains("20/s");
  }
}
