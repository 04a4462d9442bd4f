package dev.flowshield.management;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.StreamStats;
import dev.flowshield.management.FlowShieldMXBean.FindingRow;
import java.util.List;

/** The parts of a shield that depend on HTTP. */
interface HttpPart {

  /** The counts of streams. A class of FlowShield's HTTP module may be absent. */
  record Streams(int open, int most, int mostPerClient, int clients, long overLimit, long shed) {}

  String description();

  boolean isEnabled();

  long denied();

  Streams streams();

  List<FindingRow> findings();

  List<String> policies();

  List<String> reload();

  /** Returns the key of an address. */
  String keyOf(String address);

  /** Returns the key that a text of an operator means: that of an address, or the text itself. */
  String key(String text);

  /** A shield over HTTP. */
  record Http(HttpShield shield) implements HttpPart {

    @Override
    public String description() {
      return shield.toString();
    }

    @Override
    public boolean isEnabled() {
      return shield.isEnabled();
    }

    @Override
    public long denied() {
      return shield.denied();
    }

    @Override
    public Streams streams() {
      StreamStats stats = shield.streams();
      return new Streams(
          stats.open(),
          stats.most(),
          stats.mostPerClient(),
          stats.clients(),
          stats.overLimit(),
          stats.shed());
    }

    @Override
    public List<FindingRow> findings() {
      return shield.doctor().stream()
          .<FindingRow>map(each -> new Rows.Sign(each.code(), each.text()))
          .toList();
    }

    @Override
    public List<String> policies() {
      return shield.policies();
    }

    @Override
    public List<String> reload() {
      return shield.reload();
    }

    @Override
    public String keyOf(String address) {
      return shield.keyOf(address);
    }

    @Override
    public String key(String text) {
      try {
        return shield.keyOf(text);
      } catch (IllegalArgumentException noAddress) {
        return text;
      }
    }
  }

  /** A shield without HTTP. */
  record Engine(FlowShield engine) implements HttpPart {

    private static final String HAS_NO =
        "a shield must be an HttpShield to have %s, got a FlowShield: %s";

    @Override
    public String description() {
      return engine.limits().toString();
    }

    @Override
    public boolean isEnabled() {
      return true;
    }

    @Override
    public long denied() {
      return 0;
    }

    @Override
    public Streams streams() {
      return new Streams(0, Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 0, 0);
    }

    @Override
    public List<FindingRow> findings() {
      return List.of();
    }

    @Override
    public List<String> policies() {
      return List.of();
    }

    @Override
    public List<String> reload() {
      throw new IllegalStateException(
          String.format(HAS_NO, "a configuration", "use change for its limits"));
    }

    @Override
    public String keyOf(String address) {
      throw new IllegalStateException(
          String.format(HAS_NO, "addresses", "use the key that the application charges"));
    }

    @Override
    public String key(String text) {
      return text;
    }
  }
}
