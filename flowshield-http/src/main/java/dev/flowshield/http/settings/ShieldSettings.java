package dev.flowshield.http.settings;

import static dev.flowshield.http.settings.SettingKeys.ALLOW_BROAD_TRUST;
import static dev.flowshield.http.settings.SettingKeys.CLIENT_ADDRESS;
import static dev.flowshield.http.settings.SettingKeys.CRITICALITY_HEADER;
import static dev.flowshield.http.settings.SettingKeys.IN_FLIGHT;
import static dev.flowshield.http.settings.SettingKeys.IPV6_PREFIX;
import static dev.flowshield.http.settings.SettingKeys.LIMIT;
import static dev.flowshield.http.settings.SettingKeys.PER_CLIENT;
import static dev.flowshield.http.settings.SettingKeys.PER_NETWORK;
import static dev.flowshield.http.settings.SettingKeys.REQUEST_START;
import static dev.flowshield.http.settings.SettingKeys.STORE;
import static dev.flowshield.http.settings.SettingKeys.TRUSTED_HOPS;
import static dev.flowshield.http.settings.SettingKeys.TRUSTED_PROXIES;

import dev.flowshield.LimitStore;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.answer.ResponseSettings;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.charge.PolicyFunctions;
import dev.flowshield.http.charge.RequestClassifier;
import dev.flowshield.http.charge.SecretHash;
import dev.flowshield.http.client.ClientAddress;
import dev.flowshield.http.client.ClientAddressSource;
import dev.flowshield.http.client.ClientLists;
import dev.flowshield.http.client.ClientNetwork;
import dev.flowshield.http.client.ForwardingHeader;
import dev.flowshield.http.client.Networks;
import dev.flowshield.http.client.TrustedHeader;
import dev.flowshield.http.client.TrustedProxies;
import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.policy.PolicyTable;
import dev.flowshield.http.process.ProcessorTime;
import dev.flowshield.http.stream.StreamCaps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a shield: a value for each {@linkplain SettingKeys key} that was set.
 *
 * <p>Immutable. The builder fills it, a configuration fills it, and a reload compares two of them.
 */
public final class ShieldSettings {

  /** Nothing is set. */
  public static final ShieldSettings NONE = new ShieldSettings(Map.of(), List.of());

  /** A value that the engine is told of when it is built. */
  private record EngineStep(SettingKey<?> key, Consumer<? super FlowShieldBuilder> step) {}

  private static final String STORE_OPTION = "store-";

  private final Map<SettingKey<?>, Object> values;
  private final List<EngineStep> engine; // in the order of the settings

  private ShieldSettings(Map<SettingKey<?>, Object> values, List<EngineStep> engine) {
    this.values = values;
    this.engine = engine;
  }

  /**
   * Returns these settings with another value.
   *
   * @param name the setting, for messages
   * @throws IllegalArgumentException if the value must not come after the one before
   */
  public <T> ShieldSettings with(SettingKey<T> key, String name, T value) {
    T joined = key.join(find(key), name, value);
    Map<SettingKey<?>, Object> next = new HashMap<>(values);
    next.put(key, joined);
    List<EngineStep> told = new ArrayList<>(engine);
    if (key != SettingKeys.ENGINE) { // whose values are all applied
      told.removeIf(each -> each.key == key);
    }
    told.add(new EngineStep(key, builder -> key.tell(builder, value)));
    ShieldSettings settings = new ShieldSettings(Map.copyOf(next), List.copyOf(told));
    if (settings.isSet(STORE) && settings.isSet(SettingKeys.OPEN_STORE)) {
      throw new IllegalArgumentException(
          name + " must be set once, got an address and a store: leave one of them out");
    }
    return settings;
  }

  /** Returns these settings without the values of the name of a setting. */
  public ShieldSettings without(SettingKey<?> key) {
    Map<SettingKey<?>, Object> next = new HashMap<>(values);
    boolean wasSet = next.keySet().removeIf(each -> each.name().equals(key.name()));
    List<EngineStep> told =
        engine.stream().filter(each -> !each.key.name().equals(key.name())).toList();
    return wasSet ? new ShieldSettings(Map.copyOf(next), told) : this;
  }

  /** Returns whether a setting was set. */
  public boolean isSet(SettingKey<?> key) {
    return values.containsKey(key);
  }

  /** Returns the value that was set; null if the setting was not set. */
  @SuppressWarnings("unchecked") // with puts no other there
  private <T> @Nullable T find(SettingKey<T> key) {
    return (T) values.get(key);
  }

  /** Returns the value of a setting or its default; null if it has neither. */
  public <T> @Nullable T orNull(SettingKey<T> key) {
    T value = find(key);
    return value == null ? key.defaultValue() : value;
  }

  /** Returns the value of a setting that has a default. */
  public <T> T get(SettingKey<T> key) {
    return Objects.requireNonNull(orNull(key), key.name());
  }

  /**
   * Returns a setting that these and others do not have alike, and that only a new shield can
   * change; null if there is no such setting.
   */
  @Nullable
  public SettingKey<?> needingNewShield(ShieldSettings others) {
    return Stream.concat(SettingKeys.ALL.stream(), Stream.of(SettingKeys.OPEN_STORE))
        .filter(key -> key.reload() == SettingKey.ReloadRule.NEW_SHIELD)
        .filter(key -> !Objects.equals(orNull(key), others.orNull(key)))
        .findFirst()
        .orElse(null);
  }

  /**
   * Returns the limits by their names, without a store; not those that
   * the engine is told of in code.
   */
  public Map<String, Limit> limits() {
    Map<String, Limit> limits = new LinkedHashMap<>();
    Stream.of(usualLimits(), namedLimits(null), get(SettingKeys.MORE_LIMITS))
        .flatMap(List::stream)
        .forEach(limit -> {
          if (limits.putIfAbsent(limit.name(), limit) != null) {
            throw new IllegalArgumentException("names of limits must be unique, got '"
                + limit.name() + "' twice: choose another name for one of them");
          }
        });
    return limits;
  }

  /** Returns the limits for all together and for each client. */
  private List<Limit> usualLimits() {
    List<Limit> limits = new ArrayList<>();
    List<RateLimit> together = orNull(LIMIT);
    if (together != null) {
      limits.add(Limit.together(Limit.EVERYONE, together));
    }
    List<RateLimit> each = orNull(PER_CLIENT);
    if (each != null) {
      limits.add(perClient(each));
    }
    return limits;
  }

  private Limit perClient(List<RateLimit> rates) {
    Limit limit = Limit.each(RequestClassifier.CLIENT, rates).withMaxKeys(maxKeys());
    String limiter = orNull(SettingKeys.LIMITER);
    if (limiter != null) {
      limit = limit.withLimiter(limiter);
    }
    Penalty penalty = orNull(SettingKeys.PENALTY);
    return penalty == null ? limit : limit.withPenalty(penalty);
  }

  private int maxKeys() {
    return get(SettingKeys.MAX_CLIENTS);
  }

  /** Returns the limits that requests are charged by name. */
  private List<Limit> namedLimits(@Nullable LimitStore store) {
    List<Limit> limits = new ArrayList<>();
    ClientNetwork network = orNull(PER_NETWORK);
    if (network != null) {
      limits.add(network.limit());
    }
    for (Policy policy : table().limiting()) {
      Limit limit = policy.limit(store);
      limits.add(limit.scope() == Limit.Scope.EACH ? limit.withMaxKeys(maxKeys()) : limit);
    }
    return limits;
  }

  /** Returns the policies in the order in which they are looked at. */
  public PolicyTable table() {
    List<Policy> rows = new ArrayList<>(get(SettingKeys.EXEMPT_PATHS));
    rows.addAll(get(SettingKeys.POLICY));
    rows.addAll(get(SettingKeys.POLICIES));
    return new PolicyTable(rows);
  }

  /** Returns whether limits are kept in a store. */
  public boolean hasStore() {
    return isSet(STORE) || isSet(SettingKeys.OPEN_STORE);
  }

  /** Returns the functions that policies call. */
  public PolicyFunctions functions() {
    String secret = orNull(SettingKeys.STORE_KEY_SECRET);
    Function<? super RequestView, @Nullable String> plan = orNull(SettingKeys.PLAN);
    return new PolicyFunctions(
        plan == null ? request -> null : plan,
        get(SettingKeys.KEYS),
        hasStore() ? SecretHash.shared(secret == null ? "" : secret) : SecretHash.OF_PROCESS);
  }

  /** Returns the cap on the requests in flight; null if it was not set. */
  @Nullable
  public InFlightLimit inFlight() {
    return orNull(IN_FLIGHT);
  }

  /** Returns how many streams may be open. */
  public StreamCaps streamCaps() {
    Integer together = orNull(SettingKeys.STREAMS);
    Integer each = orNull(SettingKeys.STREAMS_PER_CLIENT);
    return new StreamCaps(
        together == null ? StreamCaps.NONE : together, each == null ? StreamCaps.NONE : each);
  }

  /** Returns the clients that are told apart before all policies. */
  public ClientLists lists() {
    return new ClientLists(get(SettingKeys.ALLOW), get(SettingKeys.DENY));
  }

  /** Returns the length of the prefix of limited networks; 0 if networks are not limited. */
  public int networkPrefix() {
    ClientNetwork network = orNull(PER_NETWORK);
    return network == null ? 0 : network.prefix();
  }

  /** Returns how rejections are answered. */
  public ResponseSettings responses() {
    return new ResponseSettings(
        get(SettingKeys.OVERLOAD_STATUS),
        get(SettingKeys.HEADERS),
        get(SettingKeys.LEGACY_HEADERS),
        get(SettingKeys.BODY),
        get(SettingKeys.CORS_ORIGINS),
        orNull(SettingKeys.RENDERER),
        get(SettingKeys.INSTANT_SOURCE));
  }

  /** Returns how the address of a client is found. */
  public ClientAddress clientAddress() {
    ClientAddressSource source = orNull(CLIENT_ADDRESS);
    return new ClientAddress(source != null && source.isContainer(), proxies(), get(IPV6_PREFIX));
  }

  private @Nullable TrustedProxies proxies() {
    ClientAddressSource source = orNull(CLIENT_ADDRESS);
    ForwardingHeader header = source == null ? null : source.header();
    ForwardingHeader from = header == null ? ForwardingHeader.X_FORWARDED_FOR : header;
    Networks networks = orNull(TRUSTED_PROXIES);
    Integer hops = orNull(TRUSTED_HOPS);
    return networks != null
        ? TrustedProxies.in(networks, from)
        : hops != null ? TrustedProxies.hops(hops, from) : null;
  }

  /** Returns the header of trusted proxies that a setting names; null if it was not set. */
  @Nullable
  public TrustedHeader trustedHeader(SettingKey<String> key) {
    String name = orNull(key);
    TrustedProxies proxies = proxies();
    return name == null || proxies == null ? null : new TrustedHeader(name, proxies);
  }

  /**
   * Opens the store that is set by its address; null without one, or for a shield that is off.
   *
   * @throws IllegalArgumentException if the address or an option is wrong
   */
  @Nullable
  public LimitStore openStore() {
    String address = orNull(STORE);
    return address == null || !get(SettingKeys.ENABLED)
        ? null
        : LimitStore.open(address, storeOptions());
  }

  private Map<String, String> storeOptions() {
    Map<String, String> options = new TreeMap<>();
    values.forEach((key, value) -> {
      if (key.needed() == STORE) {
        String name = key.name();
        boolean hasPrefix = name.startsWith(STORE_OPTION);
        options.put(
            hasPrefix ? name.substring(STORE_OPTION.length()) : name, String.valueOf(value));
      }
    });
    return options;
  }

  /**
   * Builds the engine.
   *
   * @param opened the store that was opened by its address; null if there is no such store
   */
  public FlowShield engine(@Nullable LimitStore opened) {
    FlowShieldBuilder builder = FlowShield.builder()
        .ticker(get(SettingKeys.TICKER))
        .instantSource(get(SettingKeys.INSTANT_SOURCE));
    LimitStore store = opened == null ? orNull(SettingKeys.OPEN_STORE) : opened;
    if (store != null) {
      builder.store(store);
    }
    usualLimits().forEach(builder::limit);
    namedLimits(store).forEach(builder::named);
    get(SettingKeys.MORE_LIMITS).forEach(builder::limit);
    ProcessorTime.tell(builder);
    SettingKeys.ALL.stream().filter(key -> !isSet(key)).forEach(key -> tellDefault(key, builder));
    engine.forEach(each -> each.step.accept(builder));
    return builder.build();
  }

  private static <T> void tellDefault(SettingKey<T> key, FlowShieldBuilder builder) {
    T value = key.defaultValue();
    if (value != null) {
      key.tell(builder, value);
    }
  }

  /**
   * Checks that the settings are possible together.
   *
   * @param as how messages write settings
   * @throws IllegalStateException if they are not
   */
  public void requireFit(Spelling as) {
    PolicyTable table = table();
    requirePlan(table);
    requireLimit(table, as);
    requireProxies(as);
    requireClientAddress(as);
    ClientNetwork network = orNull(PER_NETWORK);
    if (network != null && network.prefix() >= get(IPV6_PREFIX)) {
      throw new IllegalStateException(as.name(PER_NETWORK) + " must have a shorter prefix than "
          + as.name(IPV6_PREFIX) + ", got /" + network.prefix() + " around clients by /"
          + get(IPV6_PREFIX) + ": choose a wider network, as in \"800/s /48\"");
    }
    requireStore();
    requirePassword(as);
    requireProxiesFor(CRITICALITY_HEADER, as);
    requireProxiesFor(REQUEST_START, as);
  }

  private void requirePlan(PolicyTable table) {
    if (!isSet(SettingKeys.PLAN) && table.namesPlans()) {
      throw new IllegalStateException(
          "plan must be given in code where a policy names one, got none: set it, as in"
              + " builder().policies(it -> it.plan(request -> …)) or HttpShield.fromConfiguration("
              + "Map.of(), it -> it.policies(rows -> rows.plan(request -> …))), or write * for the"
              + " plan");
    }
  }

  private void requireLimit(PolicyTable table, Spelling as) {
    boolean hasRows = table.size() > 0;
    boolean hasLimit = isSet(LIMIT) || isSet(PER_CLIENT);
    String client = as.name(PER_CLIENT);
    String example = as.example(PER_CLIENT, "100/s");
    InFlightLimit cap = inFlight();
    boolean hasCap = cap != null && !cap.isOff();
    boolean isToldInCode = isSet(SettingKeys.ENGINE) || isSet(SettingKeys.MORE_LIMITS);
    if (!hasLimit && !isToldInCode && !hasCap && !hasRows) {
      throw new IllegalStateException("a shield must have at least one of " + as.name(LIMIT) + ", "
          + client + " and " + as.name(IN_FLIGHT) + ", got none: set one, as in " + example);
    }
    TreeSet<String> alone = new TreeSet<>();
    values.keySet().stream()
        .filter(key -> key.needed() == PER_CLIENT)
        .forEach(key -> alone.add(as.name(key)));
    if (!isSet(PER_CLIENT) && !alone.isEmpty()) {
      throw new IllegalStateException(client + " must be set where its settings are, got " + alone
          + " alone: set it, as in " + example + ", or leave them out");
    }
    if (!hasLimit && hasRows && !table.isForAll()) {
      throw new IllegalStateException(client + " must be set where policies are, for the requests"
          + " that fit none of them, got none: set it, as in " + example
          + ", or end with the policy \"* /** * 100/s\"");
    }
  }

  /**
   * Checks that no policy lets its clients choose the only key that they are counted by.
   *
   * @param engine with the limits of these settings
   * @throws IllegalStateException if one does
   */
  public void requireLimitBeside(FlowShield engine, Spelling as) {
    if (!engine.usualLimits().isEmpty()) {
      return;
    }
    PolicyTable table = table();
    for (int scope = 0; scope < table.size(); scope++) {
      List<Policy> rows = table.of(scope);
      if (!rows.isEmpty() && rows.stream().allMatch(row -> row.key().isChosen())) {
        throw new IllegalStateException(as.name(PER_CLIENT) + " must be set where the clients of a"
            + " policy choose what it counts by, got none beside '" + rows.get(0)
            + "': set it, as in " + as.example(PER_CLIENT, "100/s")
            + ", or add a row of the same method, path and plan by the address");
      }
    }
  }

  private void requireStore() {
    if (!isSet(STORE) && !storeOptions().isEmpty()) {
      throw new IllegalStateException("store must be set where its settings are, got "
          + storeOptions().keySet()
          + " alone: set it, as in redis://localhost:6379, or leave them out");
    }
  }

  private void requirePassword(Spelling as) {
    if (get(SettingKeys.CONSOLE) == ConsoleAccess.PASSWORD
        && !isSet(SettingKeys.CONSOLE_PASSWORD)) {
      String password = as.name(SettingKeys.CONSOLE_PASSWORD);
      throw new IllegalStateException(
          password + " must be set where " + as.name(SettingKeys.CONSOLE)
              + " is password, got none: set a long random text, or let the console be local");
    }
  }

  private void requireProxies(Spelling as) {
    Networks networks = orNull(TRUSTED_PROXIES);
    Integer hops = orNull(TRUSTED_HOPS);
    String proxies = as.name(TRUSTED_PROXIES);
    if (networks != null && hops != null) {
      throw new IllegalStateException(proxies + " and " + as.name(TRUSTED_HOPS)
          + " must not both be set, got " + hops + " hops and " + networks + ": keep " + proxies
          + " if the proxies' addresses are known");
    }
  }

  private void requireClientAddress(Spelling as) {
    Networks networks = orNull(TRUSTED_PROXIES);
    ClientAddressSource source = orNull(CLIENT_ADDRESS);
    boolean trusts = networks != null || isSet(TRUSTED_HOPS);
    String address = as.name(CLIENT_ADDRESS);
    String proxies = as.name(TRUSTED_PROXIES);
    if (source != null && trusts && source.header() == null) {
      throw new IllegalStateException(address + " must be a header where proxies are trusted, got '"
          + source.text() + "': leave it out for x-forwarded-for, or trust none");
    }
    if (source != null && !trusts && source.header() != null) {
      throw new IllegalStateException(
          address + " must come with the proxies that write the header, got '" + source.text()
              + "' alone: set " + proxies + ", as in \"10.0.0.0/8\"");
    }
    if (networks != null && !get(ALLOW_BROAD_TRUST) && !networks.broad().isEmpty()) {
      throw new IllegalStateException(proxies + " must be the networks of your own proxies, got "
          + networks.broad() + ", from which anyone could write an address of their choice: name"
          + " smaller networks, or set " + as.name(ALLOW_BROAD_TRUST)
          + " if none but proxies can connect");
    }
  }

  private void requireProxiesFor(SettingKey<String> header, Spelling as) {
    String name = orNull(header);
    if (name != null && proxies() == null) {
      throw new IllegalStateException(
          as.name(header) + " must come with the proxies that write the header, got '" + name
              + "' alone: set " + as.name(TRUSTED_PROXIES) + ", as in \"10.0.0.0/8\"");
    }
  }
}
