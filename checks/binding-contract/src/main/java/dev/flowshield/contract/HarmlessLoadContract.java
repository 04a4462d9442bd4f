package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of every binding for a server without overload. With the default settings of a
 * shield, no request is rejected, whatever the traffic looks like. The test of a binding extends
 * this class like {@link BindingContract}.
 *
 * <p>Each {@linkplain HarmlessLoad load} has a server of its own. The servers run one after the
 * other, because the processor time of the process is attributed to the work of each server in it.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class HarmlessLoadContract {

  /** The default settings, with a limit high enough for the single address of this client. */
  private static final Map<String, String> DEFAULT = Map.of("per-client", "10000/s");

  private static final int PATIENCE_SECONDS = 60;
  private static final int TOO_SMALL = 8; // requests in flight

  private final OpenLoop clients = new OpenLoop();
  private final List<Server> servers = new ArrayList<>();

  /** Creates the tests of a binding. */
  protected HarmlessLoadContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, with the application behind the shields and all default
   * settings of the server.
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  @TestFactory
  final Stream<DynamicTest> nothingIsRejectedWhereNothingIsShort() throws Exception {
    Map<HarmlessLoad, Server> all = new LinkedHashMap<>();
    for (HarmlessLoad load : HarmlessLoad.all()) {
      all.put(load, server(DEFAULT));
    }
    Server cold = server(DEFAULT);
    cold.send(HarmlessLoad.WARM_UP, Duration.ZERO);
    cold.answers(); // not checked, because compiling takes processor time
    List<DynamicTest> tests = new ArrayList<>();
    Duration begin = Duration.ZERO;
    for (Map.Entry<HarmlessLoad, Server> each : all.entrySet()) {
      HarmlessLoad load = each.getKey();
      Server server = each.getValue();
      server.send(load, begin);
      begin = begin.plus(load.end());
      tests.add(DynamicTest.dynamicTest(
          load.name(),
          () -> assertThat(server.answers().keySet())
              .as("answers to %s; %s", load, server)
              .containsExactly("200")));
    }
    return tests.stream();
  }

  @Test
  final void theSameIsRejectedByACapThatIsTooSmall() throws Exception {
    Server server = server(Map.of("in-flight", Integer.toString(TOO_SMALL)));
    server.send(HarmlessLoad.BUNCH, Duration.ZERO);
    assertThat(server.answers()).as("answers; %s", server).containsKey("200").hasSizeGreaterThan(1);
    assertThat(server.shield.stats().shed()).isPositive();
  }

  @AfterEach
  final void stop() throws Exception {
    clients.close();
    for (Server server : servers) {
      server.stop();
    }
  }

  private Server server(Map<String, String> settings) throws Exception {
    Server server = new Server(settings);
    servers.add(server);
    return server;
  }

  /** A server with a shield, and the outcomes of its requests. */
  private final class Server {

    private final Fixture fixture = new Fixture(HarmlessLoadContract.this::start, Set::of);
    private final HttpShield shield;
    private final Queue<String> evidence = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private List<CompletableFuture<String>> sent = List.of();

    Server(Map<String, String> settings) throws Exception {
      shield = fixture.shields(HttpShield.fromConfiguration(settings));
    }

    void send(HarmlessLoad load, Duration begin) {
      sent = clients.send(fixture.port(), load.arrivals(), begin, this::status);
    }

    private String status(HttpResponse<?> answer) {
      if (answer.statusCode() == 503) {
        evidence.add(shield.stats().overload().toString()); // as of now
      }
      return Integer.toString(answer.statusCode());
    }

    /**
     * Waits for all requests, and counts them by status, or by the reason for a missing response.
     */
    Map<String, Integer> answers() throws Exception {
      for (CompletableFuture<String> each : sent) {
        counts.merge(answer(each), 1, Integer::sum);
      }
      return counts;
    }

    private static String answer(CompletableFuture<String> sent) throws Exception {
      try {
        return sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException unanswered) {
        return String.valueOf(unanswered.getCause());
      }
    }

    void stop() throws Exception {
      fixture.stop();
      shield.close();
    }

    @Override
    public String toString() {
      ShieldStats stats = shield.stats();
      return stats.shed() + " shed of " + (stats.admitted() + stats.shed()) + ", "
          + stats.overload()
          + ", answers " + counts + ", and at the rejections " + Set.copyOf(evidence);
    }
  }
}
