package dev.flowshield.contract;

import static java.util.Objects.requireNonNull;

import dev.flowshield.http.HttpShield;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What every binding promises, one topic after the other. Its test extends this, starts the server,
 * and lists what this server does its own way.
 *
 * <p>A topic is an interface whose tests are default methods and ask for the {@link Fixture}. A new
 * rule goes to its topic, a new topic to the list of this class, and every binding is held to it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class BindingContract
    implements LimitsContract,
        ClientsContract,
        ResponsesContract,
        RequestBodiesContract,
        DelayedBodiesContract,
        HealthChecksContract,
        InFlightContract,
        StreamsContract,
        PoliciesContract,
        ExternalLimitsContract {

  private @Nullable Fixture fixture;

  /** For the tests of bindings. */
  protected BindingContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, with the application behind the shields.
   *
   * @param shields each in a handler of its own, the first outermost
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  /** What this server does its own way. */
  protected abstract Set<ServerDifference> differences();

  @BeforeEach
  final void begin() {
    fixture = new Fixture(this::start, this::differences);
  }

  @Override
  public final Fixture fixture() {
    return requireNonNull(fixture, "fixture");
  }

  @AfterEach
  final void stop() throws Exception {
    fixture().stop();
  }
}
