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
 * The contract of every binding, by topic. The test of a binding extends this class, starts the
 * server, and lists the known differences of the server.
 *
 * <p>A topic is an interface with tests as default methods, which use the {@link Fixture}. Add a
 * new rule to its topic, and a new topic to the interfaces of this class.
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

  /** Creates the tests of a binding. */
  protected BindingContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, with the application behind the shields.
   *
   * @param shields the shields, each in a handler of its own, the outermost first
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  /** Returns the known differences of this server. */
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
