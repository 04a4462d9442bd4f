package dev.flowshield.contract;

import dev.flowshield.contract.SlowClient.Way;
import dev.flowshield.http.HttpShield;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * What every binding promises of clients that are slow: with the settings that a shield has by
 * default, they take nothing from others. Of the requests of others, at least 99 % of those are
 * served that the same server serves without a shield.
 *
 * <p>Both servers run side by side, and the same is done to both at the same time. All kinds of
 * slowness run at the same time too, so the quiet time before is waited for once. A binding's test
 * extends this as it extends {@link BindingContract}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class SlowClientContract {

  private static final List<Integer> CONNECTIONS = List.of(30);
  private static final int PHONES = 30;

  private static final int USUAL_HOST = 2;
  private static final int SLOW_HOST = 3;
  private static final int FIRST_PHONE = 10;

  private static final int BEFORE = 250; // requests, so that the shield has seen a quiet time
  private static final int MEANWHILE = 100; // requests
  private static final double SERVED_AT_LEAST = 0.99; // of what is served without a shield

  private static final ReentrantLock STARTING = new ReentrantLock();

  /** For the tests of bindings. */
  protected SlowClientContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, with the application behind the shields, and with all
   * settings of the server as they are by default.
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  @TestFactory
  final Stream<DynamicTest> slowClientsTakeNothingFromOthers() {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<DynamicTest> tests = new ArrayList<>();
    for (Way way : Way.values()) {
      Future<?> seen = threads.submit(() -> oneClient(way));
      tests.add(DynamicTest.dynamicTest("one client, " + way, () -> get(seen)));
    }
    Future<?> seen = threads.submit(this::manyPhones);
    tests.add(DynamicTest.dynamicTest(PHONES + " phones on a slow uplink", () -> get(seen)));
    threads.shutdown();
    return tests.stream();
  }

  /** Waits for a test, whose failure is thrown as it is, with the numbers that it tells. */
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
      for (int connections : CONNECTIONS) {
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

  /** One server after the other: what a process has once, Tomcat sets up as it starts. */
  private ServerUnderTest startAlone(List<HttpShield> shields, Application behind)
      throws Exception {
    STARTING.lock();
    try {
      return start(shields, behind);
    } finally {
      STARTING.unlock();
    }
  }

  /** A server with a shield, the same server without one, and the same clients of both. */
  private final class Both {

    private final Fixture fixture = new Fixture(SlowClientContract.this::startAlone, Set::of);
    private final HttpShield shield;
    private final UsualTraffic usual;
    private final UsualTraffic usualToBare;
    private final SlowClient slow;
    private final SlowClient slowToBare;

    Both(Way way) throws Exception {
      // All as it is by default, but for a limit that would reject the slow client for its haste.
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
      List<ScheduledFuture<Boolean>> sent = usual.send(BEFORE);
      List<ScheduledFuture<Boolean>> sentToBare = usualToBare.send(BEFORE);
      UsualTraffic.served(sent); // how many is not judged here: both have just been started
      UsualTraffic.served(sentToBare);
    }

    void hold(int connections, int host) throws IOException {
      slow.hold(connections, host);
      slowToBare.hold(connections, host);
    }

    void compare(SoftAssertions all, String during) throws Exception {
      List<ScheduledFuture<Boolean>> sent = usual.send(MEANWHILE);
      List<ScheduledFuture<Boolean>> sentToBare = usualToBare.send(MEANWHILE);
      int served = UsualTraffic.served(sent);
      int servedBare = UsualTraffic.served(sentToBare);
      all.assertThat(served)
          .as(
              "served of %s during %s; %s without a shield; %s",
              MEANWHILE, during, servedBare, shield.stats().overload())
          .isGreaterThanOrEqualTo(required(servedBare));
    }

    /**
     * Returns how many must be served. A server that cannot serve all serves some by chance, so two
     * standard deviations are taken off then, and nothing otherwise.
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
