package dev.flowshield.demo.overload.load;

import dev.flowshield.Ticker;
import dev.flowshield.demo.result.Latencies;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.ClientAddresses;
import dev.flowshield.demo.traffic.OpenLoopClients;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The clients of the other demos, in this process. A request that finds every connection busy fails
 * at once. The processor time of the server is not measured.
 */
record JavaClients() implements LoadClient {

  /** The delay after the connections were opened. */
  private static final Duration LEAD = Duration.ofMillis(200);

  @Override
  public String title() {
    return "the open-loop client in Java";
  }

  @Override
  public LoadReport send(URI server, long pid, Load load) throws IOException, InterruptedException {
    Schedule schedule = Schedule.of(load.phases(), load.crowd(), load.seed());
    Ticker ticker = Ticker.system();
    try (OpenLoopClients clients = OpenLoopClients.connect(
        server, ClientAddresses.find(load.crowd().clients()), load.crowd(), load.connections())) {
      long start = ticker.nanos() + LEAD.toNanos();
      Answers answers = clients.send(schedule, load.retries(), start);
      Duration length = Duration.ofNanos(schedule.lengthNanos());
      if (!answers.await(LEAD.plus(length).plus(Load.PATIENCE))) {
        answers.giveUp(ticker.nanos() - start);
      }
      return new Judge(schedule, answers, load.deadline()).report();
    }
  }

  /** The conversion of outcomes into a report. */
  record Judge(Schedule schedule, Answers answers, Duration deadline) {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long RECOVERY_STEP = SECOND / 10;
    private static final double RECOVERED = 0.99;
    private static final double NOT_WATCHED = -1;

    LoadReport report() {
      List<Span> phases = new ArrayList<>();
      List<Phase> all = schedule.phases();
      for (int i = 0; i < all.size(); i++) {
        long from = schedule.startNanos(all.get(i));
        long to = schedule.endNanos(all.get(i));
        long next = i + 1 < all.size() ? schedule.endNanos(all.get(i + 1)) : to;
        phases.add(span(i + 1, from, to, backSeconds(to, next)));
      }
      long length = schedule.lengthNanos();
      List<Span> seconds = new ArrayList<>();
      for (long from = 0; from < length; from += SECOND) {
        seconds.add(span(seconds.size() + 1, from, Math.min(from + SECOND, length), NOT_WATCHED));
      }
      Span client =
          new Span(Map.of(Figure.CPU_PERCENT, NOT_WATCHED, Figure.STEAL_PERCENT, NOT_WATCHED));
      return new LoadReport(phases, seconds, span(1, 0, length, NOT_WATCHED), client);
    }

    private Span span(int number, long from, long to, double back) {
      Map<Figure, Double> figures = new EnumMap<>(Figure.class);
      Latencies served = new Latencies();
      Latencies late = new Latencies();
      for (Figure figure : List.of(
          Figure.OFFERED,
          Figure.OK,
          Figure.LIMITED,
          Figure.SHED,
          Figure.FAILED,
          Figure.TIMED_OUT,
          Figure.IN_TIME,
          Figure.OTHERS,
          Figure.OTHERS_IN_TIME,
          Figure.QUEUED)) {
        figures.put(figure, 0.0);
      }
      for (int i = schedule.firstFrom(from); i < schedule.firstFrom(to); i++) {
        add(figures, Figure.OFFERED, true);
        add(figures, outcome(answers.status(i)), true);
        add(figures, Figure.QUEUED, answers.status(i) == Answers.NO_CONNECTION);
        add(figures, Figure.IN_TIME, isInTime(i));
        add(figures, Figure.OTHERS, schedule.client(i) > 0);
        add(figures, Figure.OTHERS_IN_TIME, schedule.client(i) > 0 && isInTime(i));
        late.add(
            Math.min(answers.leftAtNanos(i), answers.answeredAtNanos(i)) - schedule.dueNanos(i));
        if (answers.status(i) == 200) {
          served.add(latency(i));
        }
      }
      double seconds = (double) (to - from) / SECOND;
      figures.put(Figure.NUMBER, (double) number);
      figures.put(Figure.FROM_S, (double) from / SECOND);
      figures.put(Figure.SECONDS, seconds);
      figures.put(Figure.GOODPUT_PER_S, figures.getOrDefault(Figure.IN_TIME, 0.0) / seconds);
      figures.put(Figure.P50_MS, millis(served, 50));
      figures.put(Figure.P99_MS, millis(served, 99));
      figures.put(Figure.MAX_MS, millis(served, 100));
      figures.put(Figure.BACK_S, back);
      figures.put(Figure.LATE_P99_MS, millis(late, 99));
      figures.put(Figure.LATE_MAX_MS, millis(late, 100));
      figures.put(Figure.LOOP_P99_MS, millis(late, 99));
      figures.put(Figure.LOOP_MAX_MS, millis(late, 100));
      figures.put(Figure.SERVER_CPU_MS, NOT_WATCHED);
      return new Span(figures);
    }

    private static void add(Map<Figure, Double> figures, Figure figure, boolean one) {
      figures.merge(figure, one ? 1.0 : 0.0, Double::sum);
    }

    private static Figure outcome(int status) {
      return switch (status) {
        case 200 -> Figure.OK;
        case 429 -> Figure.LIMITED;
        case 503 -> Figure.SHED;
        case Answers.NO_ANSWER, Answers.WAITING -> Figure.TIMED_OUT;
        default -> Figure.FAILED;
      };
    }

    private long latency(int i) {
      return answers.answeredAtNanos(i) - schedule.dueNanos(i);
    }

    private boolean isInTime(int i) {
      return answers.status(i) == 200 && latency(i) <= deadline.toNanos();
    }

    private static double millis(Latencies latencies, double percentile) {
      return latencies.isEmpty() ? -1 : latencies.millis(percentile);
    }

    /** Returns the seconds until the first second from which almost all requests were in time. */
    private double backSeconds(long end, long until) {
      for (long from = end; from + SECOND <= until; from += RECOVERY_STEP) {
        int first = schedule.firstFrom(from);
        int last = schedule.firstFrom(from + SECOND);
        int inTime = 0;
        for (int i = first; i < last; i++) {
          inTime += isInTime(i) ? 1 : 0;
        }
        if (inTime >= RECOVERED * (last - first)) {
          return (double) (from - end) / SECOND;
        }
      }
      return NOT_WATCHED;
    }
  }
}
