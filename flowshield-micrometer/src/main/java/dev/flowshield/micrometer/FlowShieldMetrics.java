package dev.flowshield.micrometer;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.HttpShield;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.System.Logger.Level;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of a shield as meters of Micrometer.
 *
 * <pre>{@code
 * HttpShield shield = FlowShieldMetrics.monitor(registry, HttpShield.fromConfiguration());
 * }</pre>
 *
 * <p>All meters have the tag {@code shield} with the name of the shield. {@code docs/metrics.md}
 * lists them; the jar has a Grafana dashboard and alert rules of Prometheus in {@code
 * META-INF/flowshield}. Every count only rises.
 *
 * <p><b>Series.</b> No tag has text of a client. The first 100 limits have series of their own, and
 * all further limits are one series, {@code limit="(other)"}. So a shield has at most 45 + 12 x 101
 * series.
 *
 * <p><b>Cost.</b> Requests cost nothing more: each meter reads a count that the shield keeps
 * anyway, when the registry asks. The registry does not keep the shield alive.
 *
 * <p>Immutable.
 */
public final class FlowShieldMetrics implements MeterBinder {

  private static final System.Logger LOG = System.getLogger("dev.flowshield");
  private static final String SHIELD = "shield";
  private static final int DEFAULT_MOST_LIMITS = 100;
  private static final int MOST_LIMITS = 1_000;

  private final String name;
  private final FlowShield engine;
  private final @Nullable HttpShield http;
  private final Tags more;
  private final int mostLimits;

  /** Creates the metrics of a shield over HTTP, under {@linkplain HttpShield#name its name}. */
  public FlowShieldMetrics(HttpShield shield) {
    this(shield.name(), shield.engine(), shield, Tags.empty(), DEFAULT_MOST_LIMITS);
  }

  /**
   * Creates the metrics of a shield that knows no HTTP. For an {@link HttpShield} use the other
   * constructor, which includes its engine.
   *
   * @param name the value of the tag {@code shield}
   * @throws IllegalArgumentException if the name is blank
   */
  public FlowShieldMetrics(String name, FlowShield engine) {
    this(name, engine, null, Tags.empty(), DEFAULT_MOST_LIMITS);
  }

  private FlowShieldMetrics(
      String name, FlowShield engine, @Nullable HttpShield http, Tags more, int mostLimits) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "name must not be blank, got '" + name + "': give the shield one, as in \"orders\"");
    }
    this.name = name;
    this.engine = Objects.requireNonNull(engine, "engine");
    this.http = http;
    this.more = more;
    this.mostLimits = mostLimits;
  }

  /**
   * Registers the metrics of a shield and returns the shield.
   *
   * @throws IllegalStateException if the registry has the meters of another shield of this name
   */
  public static HttpShield monitor(MeterRegistry registry, HttpShield shield) {
    new FlowShieldMetrics(shield).bindTo(registry);
    return shield;
  }

  /**
   * Returns these metrics with more tags. Give all shields of a registry the same keys, because
   * Prometheus accepts one set of keys for each name.
   */
  public FlowShieldMetrics withTags(Iterable<Tag> tags) {
    return new FlowShieldMetrics(name, engine, http, more.and(tags), mostLimits);
  }

  /**
   * Returns these metrics with series for another number of limits; 100 unless set.
   *
   * @param most 0 to 1,000; all further limits are one series
   * @throws IllegalArgumentException if it is not
   */
  public FlowShieldMetrics withMostLimits(int most) {
    if (most < 0 || most > MOST_LIMITS) {
      throw new IllegalArgumentException("mostLimits must be 0 to 1,000, got " + most
          + ": choose how many limits have series of their own, the others share one");
    }
    return new FlowShieldMetrics(name, engine, http, more, most);
  }

  /**
   * Registers the meters.
   *
   * @throws IllegalStateException if the registry has the meters of another shield of this name
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    Tags tags = Tags.of(SHIELD, name).and(more);
    if (registry.find(EngineMeters.DECISIONS).tags(tags).meter() != null) {
      throw new IllegalStateException("name must be another for each shield of a registry, got '"
          + name + "' twice: name one of them, as in operations(o -> o.name(\"orders\")), and"
          + " register each once");
    }
    Meters meters = new Meters(registry, tags);
    EngineMeters.register(meters, engine);
    OverloadMeters.register(meters, engine);
    StoreMeters.register(meters, engine);
    if (http != null) {
      HttpMeters.register(meters, http);
    }
    int others = LimitMeters.register(meters, engine, mostLimits);
    if (others > 0) {
      LOG.log(
          Level.INFO,
          "FlowShield: metrics of shield ''{0}'' have series for {1} limits, and one for {2} others:"
              + " raise withMostLimits for more",
          name,
          mostLimits,
          others);
    }
  }
}
