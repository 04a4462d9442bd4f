package dev.flowshield.demo.result;

import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The outcomes of a schedule. A request counts in the second and phase in which it was due,
 * regardless of the time of its response.
 *
 * <p>May be read while responses still arrive, for seconds whose deadlines have passed.
 */
public final class Results {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long RECOVERY_STEP = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double RECOVERED = 0.99;

  /** The maximum lateness of a request that left on time. */
  public static final Duration ON_TIME = Duration.ofMillis(10);

  private static final double ON_TIME_SHARE = 0.98;

  private final String name;
  private final Schedule schedule;
  private final Answers answers;
  private final Duration deadline;
  private final int[] inFlight;

  /**
   * Creates results.
   *
   * @param name the name of the run in the output
   * @param deadline the latency up to which a response is in time
   * @param inFlight the maximum number of requests seen in the server, for each second; may still
   *     be filled
   */
  public Results(
      String name, Schedule schedule, Answers answers, Duration deadline, int[] inFlight) {
    this.name = name;
    this.schedule = schedule;
    this.answers = answers;
    this.deadline = deadline;
    this.inFlight = inFlight;
  }

  /** Returns the name of the run in the output. */
  public String name() {
    return name;
  }

  /** Returns the schedule of the requests. */
  public Schedule schedule() {
    return schedule;
  }

  /** Returns the number of whole seconds of traffic. */
  public int length() {
    return (int) (schedule.lengthNanos() / SECOND);
  }

  /** Returns one second of the traffic; the first is 1. */
  public Second second(int number) {
    long from = (number - 1) * SECOND;
    return new Second(
        number,
        schedule.phaseAt(from),
        tally(from, from + SECOND),
        served(from, from + SECOND),
        inFlight[number - 1]);
  }

  /** Returns all seconds in order. */
  public List<Second> seconds() {
    return IntStream.rangeClosed(1, length()).mapToObj(this::second).toList();
  }

  /** Returns the outcomes of the requests of a phase. */
  public Tally tally(Phase phase) {
    return tally(schedule.startNanos(phase), schedule.endNanos(phase));
  }

  /** Returns the outcomes of all requests. */
  public Tally tally() {
    return tally(0, schedule.lengthNanos());
  }

  /** Returns the latencies of the served requests of a phase. */
  public Latencies served(Phase phase) {
    return served(schedule.startNanos(phase), schedule.endNanos(phase));
  }

  /** Returns the latencies of all served requests. */
  public Latencies served() {
    return served(0, schedule.lengthNanos());
  }

  /**
   * Returns the latencies of the requests whose service ended in a second, regardless of when they
   * were due; the first second is 1.
   */
  public Latencies endedIn(int second) {
    Latencies latencies = new Latencies();
    for (int i = 0; i < schedule.size(); i++) {
      if (answers.status(i) == 200 && answers.answeredAtNanos(i) / SECOND == second - 1) {
        latencies.add(latencyNanos(i));
      }
    }
    return latencies;
  }

  /** Returns the recovery of the server after a phase, within the observed time. */
  public Recovery recoveryAfter(Phase phase) {
    long end = schedule.endNanos(phase);
    for (long from = end; from + SECOND <= schedule.lengthNanos(); from += RECOVERY_STEP) {
      if (tally(from, from + SECOND).inTimeShare() >= RECOVERED) {
        return new Recovery.After(Duration.ofNanos(from - end));
      }
    }
    return new Recovery.NotWithin(Duration.ofNanos(schedule.lengthNanos() - end));
  }

  /** Returns the share of the requests, 0 to 1, that left with at most this lateness. */
  public double leftWithin(Duration lateness) {
    long punctual = IntStream.range(0, schedule.size())
        .filter(i -> answers.leftAtNanos(i) - schedule.dueNanos(i) <= lateness.toNanos())
        .count();
    return (double) punctual / schedule.size();
  }

  /**
   * Returns whether the clients could not keep to the schedule, because the machine was busy. The
   * numbers then describe the machine rather than the server.
   */
  public boolean isDisturbed() {
    return leftWithin(ON_TIME) < ON_TIME_SHARE;
  }

  /** Returns the explanation of a disturbed run, with advice. */
  public String disturbance() {
    return String.format(
        Locale.ROOT,
        "%.1f %% of the requests left within %d ms of their instant, %.0f %% should:"
            + " run the demo again when the machine is not busy",
        100 * leftWithin(ON_TIME),
        ON_TIME.toMillis(),
        100 * ON_TIME_SHARE);
  }

  /**
   * Returns the number of requests that ended with a status, or with a constant of {@link Answers}.
   */
  public long ended(int status) {
    return IntStream.range(0, schedule.size())
        .filter(i -> answers.status(i) == status)
        .count();
  }

  private Tally tally(long from, long to) {
    Tally tally = new Tally();
    for (int i = schedule.firstFrom(from); i < schedule.firstFrom(to); i++) {
      tally.add(Outcome.of(answers.status(i), latencyNanos(i), deadline.toNanos()));
    }
    return tally;
  }

  private Latencies served(long from, long to) {
    Latencies latencies = new Latencies();
    for (int i = schedule.firstFrom(from); i < schedule.firstFrom(to); i++) {
      if (answers.status(i) == 200) {
        latencies.add(latencyNanos(i));
      }
    }
    return latencies;
  }

  private long latencyNanos(int i) {
    return answers.answeredAtNanos(i) - schedule.dueNanos(i);
  }
}
