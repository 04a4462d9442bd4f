package dev.flowshield.benchmarks;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Measures the cost of a shield for an HTTP request, without server and binding. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HttpShieldBenchmark {

  private final HttpShield plenty = HttpShield.builder()
      .limit("10000000/s burst 1000000000000")
      .perClient("1000000/s burst 1000000000")
      .inFlight(100)
      .build();
  private final HttpShield spent = HttpShield.builder().perClient("1/day").build();
  private final View view = new View();

  /** Spends the limits of the rejecting benchmarks. */
  public HttpShieldBenchmark() {
    spent.admit(view);
  }

  @Benchmark
  public boolean httpShieldAdmitsAndCloses() {
    if (plenty.admit(view) instanceof HttpAdmitted admitted) {
      admitted.close();
      return true;
    }
    return false;
  }

  @Benchmark
  public int httpShieldRejects() {
    HttpAdmission admission = spent.admit(view);
    return admission instanceof ShieldResponse rejection ? rejection.status() : 0;
  }

  /** A request view without cost. */
  private static final class View implements RequestView {

    private @Nullable Object mark;

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String path() {
      return "/orders/42";
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public String peerAddress() {
      return "192.0.2.42";
    }

    @Override
    public @Nullable Object mark() {
      return null; // a new request each time
    }

    @Override
    public void mark(Object newMark) {
      this.mark = newMark;
    }

    @Override
    public String toString() {
      return "View[" + mark + "]";
    }
  }
}
