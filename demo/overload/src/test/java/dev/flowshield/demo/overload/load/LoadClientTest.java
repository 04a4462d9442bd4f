package dev.flowshield.demo.overload.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.demo.server.DemoServer;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Retries;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of the clients against small servers. Without a C compiler, only the client in Java can be
 * tested, and each test of the other one checks that its absence is reported.
 */
class LoadClientTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Crowd ONE = new Crowd(1, 100);
  private static final List<Phase> PHASES = List.of(
      new Phase("quiet", 100, Duration.ofMillis(300)),
      new Phase("spike", 1000, Duration.ofMillis(200)),
      new Phase("after", 50, Duration.ofMillis(1100)));
  private static final int ALL = 285;
  private static final List<Phase> FIRST_TWO = PHASES.subList(0, 2);
  private static final List<Figure> COUNTS = List.of(
      Figure.OFFERED,
      Figure.OK,
      Figure.LIMITED,
      Figure.SHED,
      Figure.FAILED,
      Figure.TIMED_OUT,
      Figure.IN_TIME,
      Figure.OTHERS,
      Figure.OTHERS_IN_TIME);
  private static final List<Figure> OUTCOMES =
      List.of(Figure.OK, Figure.LIMITED, Figure.SHED, Figure.FAILED, Figure.TIMED_OUT);

  @TempDir
  private static Path target;

  private static ClientChoice ofThisMachine = new ClientChoice(new JavaClients(), "");

  @BeforeAll
  static void compile() throws InterruptedException {
    ofThisMachine = ClientChoice.ofThisMachine(target);
  }

  private static List<LoadClient> clients() {
    LoadClient client = ofThisMachine.client();
    return client instanceof JavaClients ? List.of(client) : List.of(client, new JavaClients());
  }

  @ParameterizedTest
  @MethodSource("clients")
  void reportsEachRequestOnce(LoadClient client) throws Exception {
    int[] statuses = {200, 503, 429, 200, 418};
    AtomicInteger requests = new AtomicInteger();
    HttpHandler inTurn = exchange -> {
      exchange.setStatusCode(statuses[requests.getAndIncrement() % statuses.length]);
      exchange.getResponseSender().send("a body longer than the clients read at once ".repeat(100));
    };
    LoadReport report = send(client, inTurn, load(PHASES, ONE, Retries.NONE));

    assertThat(report.phases())
        .extracting(span -> span.count(Figure.OFFERED))
        .containsExactly(30L, 200L, 55L);
    assertThat(report.total().count(Figure.OK)).isEqualTo(2 * ALL / 5);
    assertThat(report.total().count(Figure.LIMITED)).isEqualTo(ALL / 5);
    assertThat(report.total().count(Figure.SHED)).isEqualTo(ALL / 5);
    assertThat(report.total().count(Figure.FAILED)).isEqualTo(ALL / 5);
    assertThat(requests).hasValue(ALL);
    addsUp(report);
  }

  @ParameterizedTest
  @MethodSource("clients")
  void reportsThatAServerIsItselfAgain(LoadClient client) throws Exception {
    LoadReport report = send(client, exchange -> {}, load(PHASES, ONE, Retries.NONE));

    assertThat(report.phases().get(1).of(Figure.BACK_S)).isZero();
    assertThat(report.phases().get(2).of(Figure.BACK_S)).isEqualTo(-1);
    assertThat(report.phases().get(1).of(Figure.GOODPUT_PER_S)).isCloseTo(1000, within(1e-6));
  }

  @ParameterizedTest
  @MethodSource("clients")
  void countsTheOtherClientsApart(LoadClient client) throws Exception {
    Set<String> addresses = ConcurrentHashMap.newKeySet();
    HttpHandler notes =
        exchange -> addresses.add(exchange.getSourceAddress().getAddress().getHostAddress());

    LoadReport report = send(client, notes, load(FIRST_TWO, new Crowd(3, 50), Retries.NONE));

    assertThat(report.total().count(Figure.OTHERS)).isBetween(70L, 160L);
    assertThat(addresses).containsExactlyInAnyOrder("127.0.0.2", "127.0.0.3", "127.0.0.4");
    addsUp(report);
  }

  @ParameterizedTest
  @MethodSource("clients")
  void retriesUpToThreeTimes(LoadClient client) throws Exception {
    AtomicInteger requests = new AtomicInteger();
    HttpHandler full = exchange -> {
      requests.incrementAndGet();
      exchange.setStatusCode(503);
    };
    Retries retries = new Retries(3, PATIENCE, Duration.ofMillis(1));
    List<Phase> few = List.of(new Phase("all", 100, Duration.ofMillis(200)));

    LoadReport report = send(client, full, load(few, ONE, retries));

    assertThat(requests).hasValue(4 * 20);
    assertThat(report.total().count(Figure.SHED)).isEqualTo(20);
    addsUp(report);
  }

  @Test
  void givesUpWhatIsNotAnsweredAndGoesOn() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    HttpHandler waits = exchange -> end.await();
    AtomicInteger requests = new AtomicInteger();
    HttpHandler silentAtFirst = exchange -> {
      if (requests.incrementAndGet() <= 5) {
        exchange.dispatch(waits);
      }
    };
    Retries twice = new Retries(1, Duration.ofSeconds(1), Duration.ofMillis(1));
    List<Phase> few = List.of(new Phase("all", 100, Duration.ofMillis(200)));
    if (isInC()) {
      try (DemoServer server = DemoServer.start(0, 5, Duration.ZERO, work -> silentAtFirst)) {
        LoadReport report = send(ofThisMachine.client(), server, load(few, ONE, twice));
        end.countDown();

        assertThat(report.total().count(Figure.OK)).isEqualTo(20);
        assertThat(report.total().count(Figure.TRIES)).isGreaterThanOrEqualTo(25);
        assertThat(report.total().of(Figure.MAX_MS)).isGreaterThanOrEqualTo(1000);
      }
    }
  }

  @Test
  void countsTheWaitForAConnectionAsLateness() throws Exception {
    List<Phase> few = List.of(new Phase("all", 200, Duration.ofMillis(200)));
    if (isInC()) {
      Load load = new Load(few, ONE, Retries.NONE, PATIENCE, 1, 1);
      try (DemoServer server = DemoServer.start(0, 2, Duration.ofMillis(20), work -> work)) {
        LoadReport report = send(ofThisMachine.client(), server, load);

        assertThat(report.total().count(Figure.OK)).isEqualTo(40);
        assertThat(report.total().count(Figure.QUEUED)).isPositive();
        assertThat(report.total().of(Figure.LATE_MAX_MS)).isGreaterThan(100);
        assertThat(report.client().count(Figure.MOST_OPEN)).isEqualTo(2);
      }
    }
  }

  @Test
  void reopensConnectionsThatTheServerCloses() throws Exception {
    HttpHandler closes = exchange -> exchange.setPersistent(false);
    if (isInC()) {
      LoadReport report = send(ofThisMachine.client(), closes, load(FIRST_TWO, ONE, Retries.NONE));

      assertThat(report.total().count(Figure.OK)).isEqualTo(230);
      assertThat(report.client().count(Figure.OPENED)).isGreaterThanOrEqualTo(230);
    }
  }

  @ParameterizedTest
  @MethodSource("clients")
  void drawsTheSameInstantsFromTheSameSeed(LoadClient client) throws Exception {
    List<Phase> phases = List.of(new Phase("all", 1000, Duration.ofMillis(1100)));
    LoadReport first = send(client, exchange -> {}, load(phases, ONE, Retries.NONE));
    LoadReport second = send(client, exchange -> {}, load(phases, ONE, Retries.NONE));

    assertThat(offered(first)).isEqualTo(offered(second)).hasSize(2).doesNotContain(1000L);
  }

  @Test
  void passesTheLoadOnTheCommandLine() {
    Load load = load(PHASES, ONE, Retries.NONE);
    List<String> command =
        new OpenLoad(Path.of("openload")).command(URI.create("http://127.0.0.1:80"), 7, load);

    assertThat(String.join(" ", command))
        .isEqualTo("openload --address 127.0.0.1 --port 80 --server-pid 7 --seed 1 --clients 1"
            + " --greedy 100 --open 300 --connections 600 --deadline-ms 30000 --timeout-ms 5000"
            + " --retries 0 --phase 100x0.300 --phase 1000x0.200 --phase 50x1.100");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.1",
        "10.0.0.1",
        "0.0.0.0",
        "128.0.0.1",
        "2001:db8::1",
        "::",
        "::ffff:127.0.0.1",
        "localhost",
        "example.org",
        "127.1",
        ""
      })
  void refusesAddressesThatAreNotOfThisMachine(String address) throws Exception {
    if (isInC()) {
      String said = run(2, "--address", address, "--port", "80", "--phase", "1x1");

      assertThat(said)
          .isEqualTo("openload: --address must be in 127.0.0.0/8 or ::1, got " + address
              + ": this client loads no other machine");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "400",
        "400x",
        "x5",
        "0x5",
        "400x0",
        "-1x5",
        "400x5x",
        "1e9x1",
        "1x601",
        "1000000x3",
        "nanx1"
      })
  void refusesPhasesThatAreNoneOrTooMuch(String phase) throws Exception {
    if (isInC()) {
      assertThat(run(2, "--port", "80", "--phase", phase)).contains("must be", "got", phase);
    }
  }

  @Test
  void refusesMoreConnectionsThanThereMayBe() throws Exception {
    if (isInC()) {
      assertThat(run(2, "--port", "80", "--phase", "1x1", "--connections", "20000"))
          .isEqualTo("openload: --connections must be 1 to 10000, got 20000");
    }
  }

  @Test
  void endsIfNoServerIsThere() throws Exception {
    if (isInC()) {
      assertThat(run(1, "--port", "1", "--phase", "1x1", "--open", "3"))
          .isEqualTo("openload: 127.0.0.1:1 took 0 of 3 connections in 0 s");
    }
  }

  /**
   * Returns whether the client in C can be tested; otherwise requires the report of its absence.
   */
  private static boolean isInC() {
    boolean isInC = ofThisMachine.client() instanceof OpenLoad;
    if (!isInC) {
      assertThat(ofThisMachine.sentence()).contains("in Java; the one in C");
    }
    return isInC;
  }

  private static String run(int code, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(target.resolve("openload").toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor()).as(said).isEqualTo(code);
    return said;
  }

  private static Load load(List<Phase> phases, Crowd crowd, Retries retries) {
    return new Load(phases, crowd, retries, PATIENCE, 300, 1);
  }

  private static LoadReport send(LoadClient client, HttpHandler handler, Load load)
      throws IOException, InterruptedException {
    try (DemoServer server = DemoServer.start(0, 1, Duration.ZERO, work -> handler)) {
      return send(client, server, load);
    }
  }

  private static LoadReport send(LoadClient client, DemoServer server, Load load)
      throws IOException, InterruptedException {
    return client.send(server.address(), ProcessHandle.current().pid(), load);
  }

  private static List<Long> offered(LoadReport report) {
    return report.seconds().stream().map(span -> span.count(Figure.OFFERED)).toList();
  }

  private static long sum(List<Span> spans, Figure count) {
    return spans.stream().mapToLong(span -> span.count(count)).sum();
  }

  private static void addsUp(LoadReport report) {
    for (Figure count : COUNTS) {
      long total = report.total().count(count);
      assertThat(sum(report.phases(), count)).as("%s of phases", count).isEqualTo(total);
      assertThat(sum(report.seconds(), count)).as("%s of seconds", count).isEqualTo(total);
    }
    for (Span span : report.seconds()) {
      assertThat(OUTCOMES.stream().mapToLong(span::count).sum())
          .isEqualTo(span.count(Figure.OFFERED));
      assertThat(span.of(Figure.P50_MS)).isLessThanOrEqualTo(span.of(Figure.P99_MS));
      assertThat(span.of(Figure.P99_MS)).isLessThanOrEqualTo(span.of(Figure.MAX_MS));
      assertThat(span.count(Figure.IN_TIME)).isLessThanOrEqualTo(span.count(Figure.OK));
    }
    assertThat(report.seconds())
        .extracting(span -> span.count(Figure.NUMBER))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, report.seconds().size())
            .mapToObj(Long::valueOf)
            .toList());
  }
}
