package dev.flowshield.benchmarks.report;

import dev.flowshield.benchmarks.report.Check.Verdict;
import java.util.List;

/** The checks of the HTTP measurements against the promises P8 to P10. A pure function. */
public final class HttpVerdicts {

  private static final String PATH = "HttpPath";
  private static final double PATH_NANOS = 500;
  private static final double PATH_BYTES = 300;
  private static final double OVER_PEER = 5;
  private static final double LOAD_RATIO = 0.97;
  private static final double P99_RATIO = 1.05;
  private static final double NOISE = 0.03;

  private final Checks checks = new Checks();
  private final Run run;
  private final List<Load> loads;

  private HttpVerdicts(List<Row> rows, List<Load> loads) {
    this.run = new Run(rows, List.of());
    this.loads = loads;
  }

  /** Returns the checks, in order of the targets. */
  public static List<Check> of(List<Row> rows, List<Load> loads) {
    HttpVerdicts verdicts = new HttpVerdicts(rows, loads);
    for (String layers : List.of("Plain", "Proxies", "ProxiesPolicies", "Everything")) {
      verdicts.path("flowShield" + layers);
    }
    loads.stream()
        .filter(load -> load.name().equals(Load.PLAIN) || load.name().equals(Load.EVERYTHING))
        .forEach(verdicts::load);
    loads.stream()
        .filter(load -> load.name().equals(Load.EVERYTHING + Load.IN_FLOOD))
        .forEach(verdicts::flood);
    return verdicts.checks.made();
  }

  /** Checks a path, without the cost of preparing the request, which all rows include. */
  private void path(String name) {
    Row own = run.find(PATH, name, 1);
    Row floor = run.find(PATH, "floorWithoutFilter", 1);
    Row peer = run.find(PATH, "bucket4jInCaffeineFilter", 1);
    double nanos = own.nanos() - floor.nanos();
    double peerNanos = peer.nanos() - floor.nanos();
    double bytes = own.bytes() - floor.bytes();
    String what = name + " in Tomcat's request, less the floor";
    checks.add(
        "P8",
        what,
        "at most 500 ns",
        "ns",
        nanos,
        floor.nanos(),
        Checks.NONE,
        Checks.NONE,
        nanos <= PATH_NANOS,
        own,
        floor);
    checks.add(
        "P8",
        what,
        "at most 300 B",
        "B",
        bytes,
        floor.bytes(),
        peer.bytes() - floor.bytes(),
        Checks.NONE,
        bytes <= PATH_BYTES,
        own,
        floor);
    checks.add(
        "P8",
        what,
        "at least 5 × as fast as " + peer.name(),
        "ns",
        nanos,
        Checks.NONE,
        peerNanos,
        peerNanos / nanos,
        peerNanos / nanos >= OVER_PEER,
        own,
        peer,
        floor);
  }

  private void load(Load own) {
    Load bare = find(own.server(), Load.BARE);
    double p99 = own.p99Micros() / bare.p99Micros();
    add(
        "P9",
        own,
        "at least 0.97 × the requests of bare",
        "/s",
        own.perSecond(),
        bare.perSecond(),
        own.ratio(),
        own.ratio() >= LOAD_RATIO);
    add(
        "P9",
        own,
        "p99 at most 1.05 × that of bare",
        "us",
        own.p99Micros(),
        bare.p99Micros(),
        p99,
        p99 <= P99_RATIO);
  }

  private void flood(Load own) {
    Load bare = find(own.server(), Load.BARE);
    double ratio = own.ratio() * own.rejected();
    add(
        "P10",
        own,
        "rejects at least as many as bare answers",
        "/s",
        own.perSecond() * own.rejected(),
        bare.perSecond(),
        ratio,
        ratio >= 1);
  }

  private void add(
      String target,
      Load own,
      String promise,
      String unit,
      double measured,
      double bare,
      double ratio,
      boolean met) {
    double noise = Math.abs(find(own.server(), Load.BARE_AGAIN).ratio() - 1);
    checks.add(new Check(
        target,
        own.server() + ", " + own.name(),
        promise,
        unit,
        measured,
        bare,
        peer(own, unit),
        ratio,
        Verdict.of(ratio, met),
        noise > NOISE));
  }

  /** Returns the fastest similar protection on the same server, under the same load. */
  private double peer(Load own, String unit) {
    boolean inFlood = own.name().endsWith(Load.IN_FLOOD);
    return loads.stream()
        .filter(load -> load.server().equals(own.server()))
        .filter(load -> load.name().endsWith(Load.IN_FLOOD) == inFlood)
        .filter(load -> !load.name().startsWith(Load.BARE) && !load.name().startsWith("flowShield"))
        .mapToDouble(load -> unit.equals("us")
            ? load.p99Micros()
            : load.perSecond() * (inFlood ? load.rejected() : 1))
        .reduce(unit.equals("us") ? Math::min : Math::max)
        .orElse(Checks.NONE);
  }

  private Load find(String server, String name) {
    return loads.stream()
        .filter(load -> load.server().equals(server) && load.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
