package dev.flowshield.demo.cluster;

import dev.flowshield.Ticker;
import dev.flowshield.demo.cluster.Timeline.Away;
import dev.flowshield.demo.cluster.server.InstanceProcess;
import dev.flowshield.demo.cluster.server.InstanceProcess.Change;
import dev.flowshield.demo.cluster.server.StoreProcess;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.OpenLoopClients;
import dev.flowshield.demo.traffic.Schedule;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The traffic against a cluster, whose store is killed and restarted meanwhile. */
final class Run {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration GLANCE = Duration.ofMillis(10);
  private static final Duration LEAD = Duration.ofMillis(50);

  /** The wait for responses after the last request; the others count as unanswered. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The time from the end of a second until it is shown. Responses arrive sooner. */
  private static final Duration UNTIL_SHOWN = Duration.ofMillis(500);

  private final Scenario scenario;
  private final Cluster cluster;
  private final Ticker ticker = Ticker.system();

  private long start;
  private long killed = Timeline.NEVER;
  private long started = Timeline.NEVER;

  Run(Scenario scenario, Cluster cluster) {
    this.scenario = scenario;
    this.cluster = cluster;
  }

  /** Sends all requests, and prints a line per second. */
  Observed send(PrintStream out) throws IOException, InterruptedException {
    List<InetAddress> addresses =
        Collections.nCopies(scenario.instances(), InetAddress.getLoopbackAddress());
    try (OpenLoopClients clients = OpenLoopClients.connect(
        cluster.addresses(), addresses, scenario.crowd(), Scenario.CONNECTIONS)) {
      warmUp(clients);
      Schedule schedule = scenario.traffic();
      start = ticker.nanos() + LEAD.toNanos();
      Answers answers = clients.send(schedule, start);
      watch(new LiveTable(schedule, answers), out);
      giveUpInTime(answers);
      return new Observed(
          schedule,
          answers,
          new Timeline(
              killed,
              started,
              cluster.instances().stream().map(this::away).toList(),
              schedule.lengthNanos()),
          cluster.instances().stream().mapToLong(InstanceProcess::withoutStore).sum());
    }
  }

  /**
   * Sends traffic until all instances know the store and one another, or until a time limit, which
   * the table then shows.
   */
  private void warmUp(OpenLoopClients clients) throws InterruptedException {
    Schedule ahead = scenario.ahead();
    int rounds = 0;
    do {
      start = ticker.nanos();
      Answers answers = clients.send(ahead, start);
      Thread.sleep(TimeUnit.NANOSECONDS.toMillis(ahead.lengthNanos()));
      giveUpInTime(answers);
    } while (++rounds < scenario.warmUps() && cluster.store() != null && !isSteady());
  }

  private boolean isSteady() {
    return cluster.instances().stream()
        .allMatch(instance -> instance.isAsking()
            && instance.instances() == scenario.instances()
            && instance.changes().stream().noneMatch(it -> it.atNanos() - start > 0));
  }

  private void giveUpInTime(Answers answers) throws InterruptedException {
    if (!answers.await(PATIENCE)) {
      answers.giveUp(ticker.nanos() - start);
    }
  }

  private void watch(LiveTable table, PrintStream out) throws IOException, InterruptedException {
    out.println(table.heading());
    int length = table.length();
    String[] states = new String[length];
    int shown = 0;
    while (shown < length) {
      Thread.sleep(GLANCE.toMillis());
      long now = ticker.nanos() - start;
      moveStore(now);
      if (now >= 0 && now / SECOND < length) {
        states[(int) (now / SECOND)] = state(); // the state at its end is shown
      }
      if (now > (shown + 1) * SECOND + UNTIL_SHOWN.toNanos()) {
        out.println(table.line(shown + 1, states[shown] == null ? "" : states[shown]));
        shown++;
      }
    }
  }

  private void moveStore(long now) throws IOException, InterruptedException {
    StoreProcess store = cluster.store();
    if (store == null) {
      return;
    }
    long killAt = scenario.before().toNanos();
    if (killed == Timeline.NEVER && now >= killAt) {
      killed = now;
      store.kill();
    } else if (started == Timeline.NEVER && now >= killAt + scenario.down().toNanos()) {
      started = now;
      store.startAgain();
    }
  }

  private String state() {
    if (cluster.store() == null) {
      return "none";
    }
    long asking = cluster.instances().stream().filter(InstanceProcess::isAsking).count();
    String store =
        killed == Timeline.NEVER ? "up" : started == Timeline.NEVER ? "killed" : "up again";
    return store + ", " + asking + " ask it";
  }

  /** Returns the times at which an instance did not use the store. */
  private List<Away> away(InstanceProcess instance) {
    List<Away> away = new ArrayList<>();
    long from = Timeline.NEVER;
    for (Change change : instance.changes()) {
      if (!change.isAsked()) {
        from = change.atNanos() - start;
      } else if (from != Timeline.NEVER) {
        away.add(new Away(from, change.atNanos() - start));
        from = Timeline.NEVER;
      }
    }
    if (from != Timeline.NEVER) {
      away.add(new Away(from, Timeline.NEVER));
    }
    return away;
  }
}
