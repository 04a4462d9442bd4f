package dev.flowshield.checks.soak;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import dev.flowshield.checks.soak.server.Ending;
import dev.flowshield.checks.soak.server.ServerKind;
import dev.flowshield.checks.soak.server.SoakApp;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Request;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.binding.RequestView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One server with its application behind its shield, and its clients. Traffic and reckoning take
 * turns, on one thread; {@link #look} may be called on another.
 */
final class Subject {

  // Longer than the five seconds that the bindings wait for work whose client has gone, and the
  // second after which a servlet container looks for requests that are over time.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final int PLACES = 64;
  private static final int PLACES_WHILE_HELD = 16; // fewer than any server has threads
  private static final long HOLD_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final ServerKind kind;
  private final HttpShield shield;
  private final SoakApp app;
  private final ServerUnderTest server;
  private final Tally tally = new Tally();
  private final SplittableRandom random;
  private volatile int lowest; // written by the thread that looks
  private volatile int highest;

  private Subject(
      ServerKind kind,
      HttpShield shield,
      SoakApp app,
      ServerUnderTest server,
      SplittableRandom random) {
    this.kind = kind;
    this.shield = shield;
    this.app = app;
    this.server = server;
    this.random = random;
  }

  /** Starts a server. */
  static Subject start(ServerKind kind, SplittableRandom random) throws Exception {
    HttpShield shield = HttpShield.builder()
        .inFlight(InFlightLimit.auto())
        .operations(o -> o.engine(
            FlowShieldBuilder::shedOnPlateau)) // the work of an overload waits, and burns nothing
        .perClient("1000000/s")
        .overload(o -> o.criticality(Subject::meaning))
        .build();
    SoakApp app = new SoakApp(shield);
    return new Subject(kind, shield, app, kind.start(app), random);
  }

  private static @Nullable Criticality meaning(RequestView request) {
    String said = request.header("Meaning");
    return switch (said == null ? "" : said) {
      case "critical" -> Criticality.CRITICAL;
      case "sheddable" -> Criticality.SHEDDABLE;
      default -> null;
    };
  }

  String title() {
    return kind.title();
  }

  /** Looks at how much is in flight at this moment. */
  void look() {
    int now = shield.stats().inFlight();
    lowest = Math.min(lowest, now);
    highest = Math.max(highest, now);
  }

  /** Sends the requests of a phase, and returns when each client has its answer or has left. */
  void send(Phase phase, ExecutorService threads) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < phase.clients(); i++) {
      Client client = new Client(server.port(), i, tally, random.split());
      all.add(threads.submit(() -> client.send(phase)));
    }
    for (Future<?> each : all) {
      each.get();
    }
  }

  /**
   * The same in an overload: the work waits until the shield has rejected, and takes longer then.
   */
  void overload(Phase phase, ExecutorService threads) throws Exception {
    long before = shield.stats().shed();
    app.hold();
    // As nothing ends, which alone is no evidence.
    shield.engine().changeInFlight(PLACES_WHILE_HELD);
    try {
      Future<?> sending = threads.submit(() -> {
        send(phase, threads);
        return null;
      });
      await(() -> sending.isDone() || shield.stats().shed() > before, HOLD_NANOS);
      shield.engine().changeInFlightAuto();
      app.goOn();
      sending.get();
    } finally {
      app.goOn();
      app.speedUp();
    }
  }

  /** Waits until nothing is left to wait for, no pressure either. */
  Reckoning reckon() {
    calmDown();
    await(
        () -> shield.stats().inFlight() == 0
            && shield.streams().open() == 0
            && shield.stats().admitted() == app.begun(),
        PATIENCE_NANOS);
    ShieldStats stats = shield.stats();
    return new Reckoning(
        tally.sum(),
        new Reckoning.Shield(
            stats.admitted(),
            stats.shed(),
            stats.failed(),
            stats.inFlight(),
            lowest,
            highest,
            shield.streams().open()),
        app.begun());
  }

  /**
   * How many places of a limit are not free. To be called at the very end, after a reckoning, as it
   * takes all places there are. A limit that is found would move while they are taken.
   */
  int missing() {
    shield.engine().changeInFlight(PLACES);
    return PLACES - takeAll(PLACES);
  }

  /** Asks for more until the pressure is over, as only work that ends tells the shield. */
  private void calmDown() {
    try (Client calm = new Client(server.port(), 0, tally, random.split())) {
      await(
          () -> {
            calm.ask(Ending.AT_ONCE);
            return shield.engine().pressure() == Pressure.NORMAL;
          },
          PATIENCE_NANOS);
    }
  }

  /** How many of the places could be taken; gives them back. */
  private int takeAll(int places) {
    List<Admitted> all = new ArrayList<>();
    while (all.size() < places
        && shield.engine().admit(Request.of("taker")) instanceof Admitted one) {
      all.add(one);
    }
    for (Admitted each : all) {
      each.ignored();
      each.close();
    }
    return all.size();
  }

  private static void await(BooleanSupplier condition, long nanos) {
    long end = System.nanoTime() + nanos;
    while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Stops the server. */
  void stop() throws Exception {
    server.stop().run();
    app.close();
  }
}
