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
 * Judges the answers to a schedule. A request counts in the second and phase in which it was due,
 * whenever its answer came.
 *
 * <p>May be asked while answers still come, about seconds whose deadlines have passed.
 */
public final class Results {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long RECOVERY_STEP = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double RECOVERED = 0.99;

  /** How late a request may leave and still be on time. */
  public static final Duration ON_TIME = Duration.ofMillis(10);

  private static final double ON_TIME_SHARE = 0.98;

  private final String name;
  private final Schedule schedule;
  private final Answers answers;
  private final Duration deadline;
  private final int[] inFlight;

  /**
   * Judges answers.
   *
   * @param name what the output calls the run they come from
   * @param deadline the latency up to which an answer is in time
   * @param inFlight the most requests seen in the server, for each second; may still be filled
   */
  public Results(
      String name, Schedule schedule, Answers answers, Duration deadline, int[] inFlight) {
    this.name = name;
    this.schedule = schedule;
    this.answers = answers;
    this.deadline = deadline;
    this.inFlight = inFlight;
  }

  /** What the output calls the run. */
  public String name() {
    return name;
  }

  /** What was sent. */
  public Schedule schedule() {
    return schedule;
  }

  /** How many whole seconds of traffic there are. */
  public int length() {
    return (int) (schedule.lengthNanos() / SECOND);
  }

  /** One second of the traffic; the first is 1. */
  public Second second(int number) {
    long from = (number - 1) * SECOND;
    return new Second(
        number,
        schedule.phaseAt(from),
        tally(from, from + SECOND),
        served(from, from + SECOND),
        inFlight[number - 1]);
  }

  /** All seconds in their order. */
  public List<Second> seconds() {
    return IntStream.rangeClosed(1, length()).mapToObj(this::second).toList();
  }

  /** What became of the requests of a phase. */
  public Tally tally(Phase phase) {
    return tally(schedule.startNanos(phase), schedule.endNanos(phase));
  }

  /** What became of all requests. */
  public Tally tally() {
    return tally(0, schedule.lengthNanos());
  }

  /** The latencies of the served requests of a phase. */
  public Latencies served(Phase phase) {
    return served(schedule.startNanos(phase), schedule.endNanos(phase));
  }

  /** The latencies of all served requests. */
  public Latencies served() {
    return served(0, schedule.lengthNanos());
  }

  /**
   * The latencies of the requests whose service ended in a second, whenever they were due; the
   * first second is 1.
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

  /** When the server was itself again after a phase, as far as was watched. */
  public Recovery recoveryAfter(Phase phase) {
    long end = schedule.endNanos(phase);
    for (long from = end; from + SECOND <= schedule.lengthNanos(); from += RECOVERY_STEP) {
      if (tally(from, from + SECOND).inTimeShare() >= RECOVERED) {
        return new Recovery.After(Duration.ofNanos(from - end));
      }
    }
    return new Recovery.NotWithin(Duration.ofNanos(schedule.lengthNanos() - end));
  }

  /** The part of the requests, 0 to 1, that left no later after they were due than this. */
  public double leftWithin(Duration lateness) {
    long punctual = IntStream.range(0, schedule.size())
        .filter(i -> answers.leftAtNanos(i) - schedule.dueNanos(i) <= lateness.toNanos())
        .count();
    return (double) punctual / schedule.size();
  }

  /**
   * Whether the clients could not keep to the schedule, as the machine was busy with something
   * else. The numbers say more about the machine than about the server then.
   */
  public boolean isDisturbed() {
    return leftWithin(ON_TIME) < ON_TIME_SHARE;
  }

  /** What to know of a run that was disturbed, and what to do. */
  public String disturbance() {
    return String.format(
        Locale.ROOT,
        "%.1f %% of the requests left within %d ms of their instant, %.0f %% should:"
            + " run the demo again when the machine is not busy",
        100 * leftWithin(ON_TIME),
        ON_TIME.toMillis(),
        100 * ON_TIME_SHARE);
  }

  /** How many requests ended with a status, or with a constant of {@link Answers}. */
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
