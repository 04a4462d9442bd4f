package dev.flowshield.contract;

import dev.flowshield.contract.SlowClient.Way;
import dev.flowshield.contract.UsualTraffic.Served;
import dev.flowshield.http.HttpShield;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * The contract of every binding for slow clients. With the default settings of a shield, slow
 * clients take nothing from others. Of the requests of other clients, at least 99 % are served of
 * those that the same server serves without a shield.
 *
 * <p>Both servers run side by side and get the same traffic at the same time. All kinds of slowness
 * also run at the same time, so the quiet time before them is waited for only once. The test of a
 * binding extends this class like {@link BindingContract}.
 *
 * <p>With {@code -Dslow.connections=100,400}, the test measures instead, with the given numbers of
 * connections, each kind of slowness separately, and more requests. It prints the latencies. {@code
 * -Dslow.ways} is a regular expression for the kinds.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("thorough")
public abstract class SlowClientContract {

  private static final String SIZES = System.getProperty("slow.connections", "");
  private static final boolean IS_MEASURING = !SIZES.isEmpty();
  private static final String WAYS = System.getProperty("slow.ways", ".*");

  private static final int PHONES = 30;

  private static final int USUAL_HOST = 2;
  private static final int SLOW_HOST = 3;
  private static final int FIRST_PHONE = 10;

  private static final int BEFORE = 250; // requests, so that the shield has measured a quiet time
  private static final int MEANWHILE = IS_MEASURING ? 500 : 100; // requests
  private static final int LOOK_MILLIS = 10;
  private static final double SERVED_AT_LEAST = 0.99; // of the requests served without a shield

  /** Creates the tests of a binding. */
  protected SlowClientContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, with the application behind the shields and all default
   * settings of the server.
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  @TestFactory
  final Stream<DynamicTest> slowClientsTakeNothingFromOthers() {
    ExecutorService threads =
        IS_MEASURING ? Executors.newSingleThreadExecutor() : Executors.newCachedThreadPool();
    List<DynamicTest> tests = new ArrayList<>();
    for (Way way : Way.values()) {
      if (!way.name().matches(WAYS) || connections(way).isEmpty()) {
        continue;
      }
      Future<?> seen = threads.submit(() -> oneClient(way));
      tests.add(DynamicTest.dynamicTest("one client, " + way, () -> get(seen)));
    }
    Future<?> seen = threads.submit(this::manyPhones);
    tests.add(DynamicTest.dynamicTest(PHONES + " phones on a slow uplink", () -> get(seen)));
    threads.shutdown();
    return tests.stream();
  }

  /**
   * Returns the numbers of connections to test with. The memory of the system for unread data is
   * limited and shared by both servers, so tests of unread responses use few connections.
   */
  private static List<Integer> connections(Way way) {
    if (IS_MEASURING) {
      return Stream.of(SIZES.split(",")).map(Integer::valueOf).toList();
    }
    return switch (way) {
      case DRIPPED_BODY, MISSING_BODY, UNREAD_RESPONSE, DRIPPED_HEAD -> List.of(30);
      case ABORTED_RESPONSE, MISSING_BODY_OF_STREAM -> List.of();
    };
  }

  /** Waits for a test. Throws its failure unchanged, with the numbers in it. */
  private static void get(Future<?> test) throws Throwable {
    try {
      test.get();
    } catch (ExecutionException failure) {
      throw failure.getCause();
    }
  }

  private @Nullable Void oneClient(Way way) throws Exception {
    SoftAssertions all = new SoftAssertions();
    Both both = new Both(way);
    try {
      both.haveAQuietTime();
      for (int connections : connections(way)) {
        both.hold(connections, SLOW_HOST);
        both.compare(all, connections + " connections, " + way);
      }
    } finally {
      both.stop();
    }
    all.assertAll();
    return null;
  }

  private @Nullable Void manyPhones() throws Exception {
    SoftAssertions all = new SoftAssertions();
    Both both = new Both(Way.DRIPPED_BODY);
    try {
      both.haveAQuietTime();
      for (int phone = 1; phone <= PHONES; phone++) {
        both.hold(phone, FIRST_PHONE + phone);
      }
      both.compare(all, PHONES + " phones");
    } finally {
      both.stop();
    }
    all.assertAll();
    return null;
  }

  /** A server with a shield, the same server without a shield, and equal clients of both. */
  private final class Both {

    private final Fixture fixture = new Fixture(SlowClientContract.this::start, Set::of);
    private final HttpShield shield;
    private final UsualTraffic usual;
    private final UsualTraffic usualToBare;
    private final SlowClient slow;
    private final SlowClient slowToBare;

    Both(Way way) throws Exception {
      // The default settings, with a limit high enough for the slow client.
      shield = fixture.shields(HttpShield.fromConfiguration(Map.of("per-client", "10000/s")));
      int port = fixture.port();
      int bare = fixture.startUnprotected().port();
      usual = new UsualTraffic(USUAL_HOST, port);
      usualToBare = new UsualTraffic(USUAL_HOST, bare);
      slow = new SlowClient(way, port);
      slowToBare = new SlowClient(way, bare);
      fixture.closeAtTheEnd(slow);
      fixture.closeAtTheEnd(slowToBare);
      fixture.closeAtTheEnd(usual::end);
      fixture.closeAtTheEnd(usualToBare::end);
    }

    void haveAQuietTime() throws Exception {
      List<ScheduledFuture<Long>> sent = usual.send(BEFORE);
      List<ScheduledFuture<Long>> sentToBare = usualToBare.send(BEFORE);
      UsualTraffic.served(sent); // the number is not checked, because both were just started
      UsualTraffic.served(sentToBare);
    }

    void hold(int connections, int host) throws IOException {
      slow.hold(connections, host);
      slowToBare.hold(connections, host);
    }

    void compare(SoftAssertions all, String during) throws Exception {
      List<ScheduledFuture<Long>> sent = usual.send(MEANWHILE);
      List<ScheduledFuture<Long>> sentToBare = usualToBare.send(MEANWHILE);
      Map<String, Integer> reasons = IS_MEASURING ? reasonsUntilSent(sent) : Map.of();
      Served served = UsualTraffic.served(sent);
      Served servedBare = UsualTraffic.served(sentToBare);
      if (IS_MEASURING) {
        System.out.printf(
            "%s: %s without a shield, %s with one; seen meanwhile: %s%n",
            during, servedBare, served, reasons);
      }
      all.assertThat(served.count())
          .as(
              "served of %s during %s; %s without a shield; %s",
              MEANWHILE, during, servedBare, shield.stats().overload())
          .isGreaterThanOrEqualTo(required(servedBare.count()));
    }

    /** Returns the causes that the shield reports, without their numbers, and their counts. */
    private Map<String, Integer> reasonsUntilSent(List<ScheduledFuture<Long>> sent)
        throws InterruptedException {
      Map<String, Integer> reasons = new TreeMap<>();
      while (!sent.get(sent.size() - 1).isDone()) {
        shield
            .stats()
            .overload()
            .map(stats -> stats.explanation().replaceAll("[0-9][0-9,.]*", "#"))
            .ifPresent(reason -> reasons.merge(reason, 1, Integer::sum));
        Thread.sleep(LOOK_MILLIS);
      }
      return reasons;
    }

    /**
     * Returns the number of requests that must be served. A server that cannot serve all requests
     * serves some by chance, so two standard deviations are subtracted in that case.
     */
    private static int required(int servedBare) {
      double byChance = Math.sqrt((double) servedBare * (MEANWHILE - servedBare) / MEANWHILE);
      return (int) Math.floor(SERVED_AT_LEAST * servedBare - 2 * byChance);
    }

    void stop() throws Exception {
      fixture.stop();
      shield.close();
    }
  }
}
