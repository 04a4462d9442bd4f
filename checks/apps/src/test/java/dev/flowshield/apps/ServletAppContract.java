package dev.flowshield.apps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import dev.flowshield.servlet.auto.FlowShieldInitializer;
import jakarta.servlet.ServletContainerInitializer;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must hold for each application in a servlet container, which has a second way to it. */
abstract class ServletAppContract extends AppContract {

  private static final ServletContainerInitializer NOTHING = (classes, context) -> {};

  /** Starts the application after this, which may add a filter. */
  abstract ServerUnderTest start(Shop shop, ServletContainerInitializer first) throws Exception;

  @Override
  final ServerUnderTest start(Shop shop, Optional<HttpShield> shield) throws Exception {
    return start(
        shop,
        shield
            .<ServletContainerInitializer>map(
                it -> (classes, context) -> FlowShieldFilter.protect(context, it))
            .orElse(NOTHING));
  }

  @ParameterizedTest
  @EnumSource
  void nobodyCanTellBelowTheLimitOfTheAutomaticJar(HttpClient.Version version) throws Exception {
    List<Seen> with = browse(startedAutomatically("1000/s"), version);
    List<Seen> without = browse(started(new Shop(files), Optional.empty()), version);
    assertThat(with).zipSatisfy(without, (one, other) -> assertThat(one).isEqualTo(other));
  }

  @ParameterizedTest
  @EnumSource
  void theAutomaticJarRejectsAboveTheLimit(HttpClient.Version version) throws Exception {
    Visitor visitor = new Visitor(startedAutomatically("1/day"), version);
    visitor.get("/").is(200);
    visitor.get("/items/7").is(429);
  }

  /** As by a container that has the jar, for an application whose descriptor sets the limit. */
  private int startedAutomatically(String limit) throws Exception {
    Shop shop = new Shop(files);
    return stoppedAtTheEnd(shop, start(shop, (classes, context) -> {
      context.setInitParameter("flowshield.per-client", limit);
      new FlowShieldInitializer().onStartup(classes, context);
    }));
  }
}
