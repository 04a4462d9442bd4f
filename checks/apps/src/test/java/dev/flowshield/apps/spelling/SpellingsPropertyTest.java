package dev.flowshield.apps.spelling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Connection;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.contract.WireResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a path is spelled, and whatever a server and a framework make of it, the route that runs
 * is the one that was charged: none is exempt in the name of another, and none that is denied runs.
 */
@Timeout(120)
class SpellingsPropertyTest {

  private static final int SPELLINGS = Integer.getInteger("flowshield.spellings", 250);
  private static final int MOST_SPELLINGS = 40 * SPELLINGS; // if the server rejects nearly all
  private static final long SEED = Long.getLong("flowshield.seed", 20_260_101L);
  private static final Pattern SLASH_AT_THE_END =
      Pattern.compile("(/|%2[fF])(;[^/?#]*)?([?#].*)?$");
  private static final Pattern ROUTE = Pattern.compile("route=([a-z]+);");

  private static final Logger LOG = Logger.getLogger(""); // held, else its level is forgotten

  static {
    LOG.setLevel(Level.OFF); // servers report what they reject
  }

  @TempDir
  static Path files;

  @BeforeAll
  static void writeFiles() throws IOException {
    Routes.writeFiles(files);
  }

  static Stream<Subject> inContainers() {
    return Stream.of(
            ServletApps.subjects(),
            SpringApps.subjects(),
            JerseyApps.subjects(),
            StrutsApps.subjects())
        .flatMap(List::stream);
  }

  static Stream<Subject> onServersOfTheirOwn() {
    return Stream.of(VertxApps.subjects(), UndertowApps.subjects()).flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("inContainers")
  void theRouteThatRunsInAContainerIsTheOneThatIsCharged(Subject subject) throws Exception {
    assertNothingElseIsCharged(subject);
  }

  @Tag("two-versions")
  @ParameterizedTest
  @MethodSource("onServersOfTheirOwn")
  void theRouteThatRunsOnAServerOfItsOwnIsTheOneThatIsCharged(Subject subject) throws Exception {
    assertNothingElseIsCharged(subject);
  }

  private static void assertNothingElseIsCharged(Subject subject) throws Exception {
    ServerUnderTest server = subject.starter().start(Routes.shield(subject.prefix()), files);
    try {
      Client client = new Client(server.port());
      String base = subject.context() + subject.prefix();
      assertThat(fault("", client.get(base + "/secret/x"))).isEqualTo("nothing ran");
      for (String plain : List.of("/free/x", "/paid/x", "/item/1", "/health", "/x")) {
        assertThat(fault(plain, client.get(base + plain))).as(base + plain).isEmpty();
      }
      int ran = 0;
      List<String> faults = new ArrayList<>();
      Spellings spellings = new Spellings(SEED + subject.name().hashCode(), base);
      for (int i = 0; i < SPELLINGS || (ran == 0 && i < MOST_SPELLINGS); i++) {
        String path = spellings.next();
        String fault = fault(path, client.get(path));
        if (fault.isEmpty()) {
          ran++;
        } else if (!fault.equals("nothing ran")) {
          faults.add(path + ": " + fault);
        }
      }
      assertThat(faults).isEmpty();
      assertThat(ran).as("spellings that ran a route").isPositive();
    } finally {
      server.stop().run();
    }
  }

  /**
   * What is wrong with the route that ran, if it is another one than was charged. A slash at the
   * end changes nothing for the shield, but runs another route here and there.
   */
  private static String fault(String path, WireResponse answer) {
    String route = route(answer);
    String charged = String.join(", ", answer.values("RateLimit"));
    boolean isRight = switch (route) {
      case Routes.FREE, Routes.HEALTH -> true;
      case Routes.PAID, Routes.ITEM -> charged.contains("\"" + route + "\"");
      case Routes.REST ->
        charged.contains("\"client\"")
            || (charged.contains("\"item\"") && SLASH_AT_THE_END.matcher(path).find());
      default -> false;
    };
    return route.isEmpty()
        ? "nothing ran"
        : isRight ? "" : route + " ran, charged was " + (charged.isEmpty() ? "nothing" : charged);
  }

  private static String route(WireResponse answer) {
    Matcher route = ROUTE.matcher(answer.body());
    return answer.status() == 200 && route.find() ? route.group(1) : "";
  }

  /** Asks on one connection for as long as the server keeps it. */
  private static final class Client {

    private final int port;
    private Connection connection;

    Client(int port) throws IOException {
      this.port = port;
      this.connection = Connection.to(port);
    }

    WireResponse get(String path) throws IOException {
      for (int attempt = 0; attempt < 2; attempt++) {
        connection.tryWrite("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        List<WireResponse> answer = connection.readUnlessEnded();
        if (!answer.isEmpty()) {
          return answer.get(0);
        }
        connection.close();
        connection = Connection.to(port);
      }
      return new WireResponse(0, List.of(), ""); // it ends the connection instead
    }
  }
}
