package dev.flowshield.http.settings;

import static dev.flowshield.http.settings.SettingKey.Group.CLIENTS;
import static dev.flowshield.http.settings.SettingKey.Group.LIMITS;
import static dev.flowshield.http.settings.SettingKey.Group.OPEN_STREAMS;
import static dev.flowshield.http.settings.SettingKey.Group.OPERATIONS;
import static dev.flowshield.http.settings.SettingKey.Group.OVERLOAD;
import static dev.flowshield.http.settings.SettingKey.Group.POLICY_ROWS;
import static dev.flowshield.http.settings.SettingKey.Group.RESPONSES;
import static dev.flowshield.http.settings.SettingKey.Group.STORES;
import static dev.flowshield.http.settings.SettingKey.ReloadRule.AMOUNT;
import static dev.flowshield.http.settings.SettingKey.ReloadRule.EXISTING;
import static dev.flowshield.http.settings.SettingKey.ReloadRule.NEW_SHIELD;
import static dev.flowshield.http.settings.SettingKey.ReloadRule.ROWS;
import static dev.flowshield.http.settings.SettingType.number;
import static dev.flowshield.http.settings.SettingType.onOrOff;
import static dev.flowshield.http.settings.SettingType.oneOf;
import static dev.flowshield.http.settings.SettingType.parts;
import static dev.flowshield.http.settings.SettingType.rates;
import static dev.flowshield.http.settings.SettingType.text;
import static dev.flowshield.http.settings.SettingType.trueOrFalse;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.answer.CrossOrigin;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.client.ClientAddressSource;
import dev.flowshield.http.client.ClientNetwork;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.Networks;
import dev.flowshield.http.client.TrustedHeader;
import dev.flowshield.http.client.TrustedProxies;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.RejectionRenderer;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.policy.PenaltyText;
import dev.flowshield.http.policy.Policy;
import dev.flowshield.http.process.CollectedHeap;
import dev.flowshield.http.route.HealthPaths;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a shield, a row each.
 *
 * <p>Everything that lists settings is made of these rows: the names and defaults of a
 * configuration, the messages about mistakes, the rules of a reload, the secrets that no message
 * shows, and the page {@code docs/settings.md}. To add a setting, add a row.
 */
public final class SettingKeys {

  // A page with 60 assets is 61 requests at once, and several people may share an address.
  private static final String USUAL_PER_CLIENT = "100/s burst 500";

  private static final int MOST_IN_FLIGHT = 1_000_000; // as the engine has it
  private static final int MOST_STREAMS = 10_000_000;
  private static final int MOST_SECONDS = 86_400;
  private static final int LEAST_IPV6_PREFIX = 32;
  private static final int MOST_IPV6_PREFIX = 128;
  private static final int MOST_OF_A_PATH = 100;
  private static final int LEAST_PASSWORD = 12;
  private static final int MOST_PASSWORD = 200;
  private static final Pattern CONSOLE_PATH_FORM = Pattern.compile("(/(?!\\.+(/|$))[\\w.-]+)+");
  private static final Pattern PASSWORD = Pattern.compile("//[^/]*@");
  private static final Pattern NUMBERED_ROW = Pattern.compile("policy\\.[1-9][0-9]{0,3}");

  private static final List<SettingKey<?>> TABLE = new ArrayList<>(); // filled by the rows

  public static final SettingKey<List<RateLimit>> LIMIT = row(
          "limit", LIMITS, rates().orOff("no limit"))
      .reload(AMOUNT)
      .joins(SettingKeys::once)
      .says("The requests of all clients together.");

  public static final SettingKey<List<RateLimit>> PER_CLIENT = row(
          "per-client", LIMITS, rates().orOff("no limit"))
      .defaultInConfiguration(USUAL_PER_CLIENT)
      .reload(AMOUNT)
      .joins(SettingKeys::once)
      .says("The requests of each client address.");

  public static final SettingKey<ClientNetwork> PER_NETWORK = row(
          "per-network",
          LIMITS,
          SettingType.of(
                  "as `per-client`, with the length of the prefix behind, 16 to 127",
                  "800/s /48",
                  (name, text) ->
                      SettingType.named(name, "limit", () -> ClientNetwork.parse(name, text)))
              .orOff("no limit"))
      .needs(PER_CLIENT)
      .reload(EXISTING)
      .says("The requests of all clients of an IPv6 network together.");

  public static final SettingKey<String> LIMITER = row(
          "limiter", LIMITS, text("the name of a limiter", "sliding-window"))
      .defaultText("`token-bucket`, or the store")
      .needs(PER_CLIENT)
      .reload(NEW_SHIELD)
      .says("The limiter that keeps `per-client`.");

  public static final SettingKey<Integer> MAX_CLIENTS = row(
          "max-clients",
          LIMITS,
          number(
              1,
              LimiterSpec.MAX_KEYS,
              "200000",
              "choose what memory allows, 24 bytes a client; those beyond share allowances"))
      .defaultValue(LimiterSpec.DEFAULT_MAX_KEYS, "1000000")
      .needs(PER_CLIENT)
      .reload(NEW_SHIELD)
      .says("The clients that each limit tells apart; those beyond share allowances.");

  public static final SettingKey<Penalty> PENALTY = row(
          "penalty",
          LIMITS,
          SettingType.of(
                  "rejections/period, then the first block, then the longest one",
                  "20/min:1h:7day",
                  PenaltyText::parse)
              .orOff("none"))
      .needs(PER_CLIENT)
      .reload(NEW_SHIELD)
      .says("The rejections by `per-client` after which a client is blocked, and for how long.");

  public static final SettingKey<Networks> TRUSTED_PROXIES = row(
          "trusted-proxies", CLIENTS, networks().orOff("none"))
      .says("The proxies that are believed about the address of a client.");

  public static final SettingKey<Boolean> ALLOW_BROAD_TRUST = row(
          "allow-broad-trust", CLIENTS, trueOrFalse())
      .defaultValue(false, "false")
      .says("Whether `trusted-proxies` may have networks below /8, or below /16 for IPv6.");

  public static final SettingKey<Integer> TRUSTED_HOPS = row(
          "trusted-hops",
          CLIENTS,
          number(
              1,
              TrustedProxies.MOST_HOPS,
              "2",
              "count the proxies between the clients and this server"))
      .says("The proxies in a row before this server, if their addresses are not known.");

  public static final SettingKey<ClientAddressSource> CLIENT_ADDRESS = row(
          "client-address",
          CLIENTS,
          SettingType.of(
              "`peer`, `x-forwarded-for`, `forwarded`, `header:<name>` or `container`",
              "header:CF-Connecting-IP",
              ClientAddressSource::parse))
      .defaultText("`peer`; `x-forwarded-for` behind trusted proxies")
      .says("Where the address of a client is read.");

  public static final SettingKey<Integer> IPV6_PREFIX = row(
          "ipv6-prefix",
          CLIENTS,
          number(
              LEAST_IPV6_PREFIX,
              MOST_IPV6_PREFIX,
              "56",
              "choose 64 for one site or phone, 56 or 48 for what a provider gives a customer"))
      .defaultValue(IpAddress.USUAL_PREFIX, "64")
      .says("The bits of an IPv6 address that identify a client.");

  public static final SettingKey<String> REQUEST_START = row(
          "request-start", CLIENTS, header("X-Request-Start").orOff("none"))
      .says("The header in which trusted proxies write when they passed a request on.");

  public static final SettingKey<Networks> ALLOW = row(
          "allow", CLIENTS, networks().orOff("none"))
      .defaultValue(Networks.NONE)
      .says("Clients that are not limited as clients.");

  public static final SettingKey<Networks> DENY = row(
          "deny", CLIENTS, networks().orOff("none"))
      .defaultValue(Networks.NONE)
      .says("Clients that are rejected with 403, whatever they send.");

  public static final SettingKey<List<Policy>> POLICY = row(
          "policy.<n>",
          POLICY_ROWS,
          SettingType.of(
                  "a [row](policies.md); *n* is 1 to 9999 and gives the order",
                  "GET /search free 10/s",
                  (name, row) -> PolicyRows.parse(row))
              .orOff("no policy"))
      .defaultValue(List.of())
      .reload(ROWS)
      .joins(SettingKeys::added)
      .says("The limits of clients on a route, by their plan.");

  public static final SettingKey<List<Policy>> POLICIES = row(
          "policies",
          POLICY_ROWS,
          SettingType.of(
                  "a resource on the class path, or an address that begins with `file:`",
                  "file:/etc/app/policies.txt",
                  (name, file) -> PolicyRows.parse(PolicyFile.read(name, file)))
              .orOff("none"))
      .defaultValue(List.of())
      .reload(ROWS)
      .says("A file of rows, which come after those of `policy.<n>`.");

  public static final SettingKey<List<Policy>> EXEMPT_PATHS = row(
          "exempt-paths",
          POLICY_ROWS,
          SettingType.<List<Policy>>of(
                  "paths, with commas between",
                  "*.css, /assets/**",
                  (name, paths) -> PolicyRows.exempt(parts(paths)))
              .orOff("none", List.of()))
      .defaultValue(List.of())
      .says("Paths on which clients are not limited, before all policies.");

  public static final SettingKey<InFlightLimit> IN_FLIGHT = row("in-flight", OVERLOAD, inFlight())
      .defaultInConfiguration("auto")
      .reload(AMOUNT)
      .tells(FlowShieldBuilder::inFlight)
      .says("The requests in flight at a time; `auto` finds what the server can work at.");

  public static final SettingKey<Boolean> MEMORY_GUARD = row("memory-guard", OVERLOAD, onOrOff())
      .defaultValue(true, "on")
      .reload(NEW_SHIELD)
      .tells((engine, isOn) -> {
        if (isOn) {
          CollectedHeap.tell(engine);
        }
      })
      .says("Whether `in-flight=auto` admits far less while memory is short.");

  public static final SettingKey<Boolean> SHED_ON_PLATEAU = row(
          "shed-on-plateau", OVERLOAD, onOrOff())
      .defaultValue(false, "off")
      .reload(NEW_SHIELD)
      .tells((engine, isOn) -> {
        if (isOn) {
          engine.shedOnPlateau();
        }
      })
      .says("Whether `in-flight=auto` also rejects when more in flight brings no more throughput.");

  public static final SettingKey<String> CRITICALITY_HEADER = row(
          "criticality-header", OVERLOAD, header("X-Criticality").orOff("none"))
      .says("The header in which trusted proxies write how critical a request is.");

  public static final SettingKey<Integer> STREAMS = row("streams", OPEN_STREAMS, streams())
      .defaultInConfiguration("10000")
      .says("The open streams of all clients together.");

  public static final SettingKey<Integer> STREAMS_PER_CLIENT = row(
          "streams-per-client", OPEN_STREAMS, streams())
      .defaultInConfiguration("500")
      .says("The open streams of each client address.");

  public static final SettingKey<String> STORE = row(
          "store", STORES, text("an address", "redis://localhost:6379").orOff("none"))
      .reload(NEW_SHIELD)
      .masked(address -> PASSWORD.matcher(address).replaceAll("//***@"))
      .says("The [store](distributed.md) in which all instances keep their limits.");

  public static final SettingKey<String> ON_STORE_FAILURE = row(
          "on-store-failure", STORES, text("`local`, `open` or `closed`", "open"))
      .defaultText("`local`")
      .needs(STORE)
      .reload(NEW_SHIELD)
      .says("How limits go on while the store does not answer.");

  public static final SettingKey<String> INSTANCES = row(
          "instances", STORES, text("a whole number", "4"))
      .defaultText("counted by the store")
      .needs(STORE)
      .reload(NEW_SHIELD)
      .says("The instances among which a limit is shared while the store does not answer.");

  public static final SettingKey<String> STORE_KEY_PREFIX = row(
          "store-key-prefix", STORES, text("a text", "shop"))
      .defaultText("`flowshield`")
      .needs(STORE)
      .reload(NEW_SHIELD)
      .says("The beginning of all keys in the store.");

  public static final SettingKey<String> STORE_KEY_SECRET = row(
          "store-key-secret", STORES, text("a text", "a long random text"))
      .needs(STORE)
      .reload(NEW_SHIELD)
      .secret()
      .says("The secret that hides the keys of clients from readers of the store.");

  public static final SettingKey<String> STORE_REQUIRED = row(
          "store-required", STORES, text("`on` or `off`", "on"))
      .defaultText("`off`")
      .needs(STORE)
      .reload(NEW_SHIELD)
      .says("Whether the application does not start without the store.");

  public static final SettingKey<String> STORE_TIMEOUT = row(
          "store-timeout", STORES, text("milliseconds", "20"))
      .defaultText("`50`")
      .needs(STORE)
      .reload(NEW_SHIELD)
      .says("How long a decision waits for the store.");

  public static final SettingKey<Integer> OVERLOAD_STATUS = row(
          "overload-status",
          RESPONSES,
          number(400, 599, "429", "choose 503, or 429 to keep connections open"))
      .defaultValue(503, "503")
      .says("The status of the response when the server is full.");

  public static final SettingKey<HeaderMode> HEADERS = row(
          "headers", RESPONSES, oneOf(HeaderMode.class))
      .defaultValue(HeaderMode.ON_REJECT, "on-reject")
      .says("Which responses have the headers `RateLimit-Policy` and `RateLimit`.");

  public static final SettingKey<LegacyHeaders> LEGACY_HEADERS = row(
          "legacy-headers", RESPONSES, oneOf(LegacyHeaders.class))
      .defaultValue(LegacyHeaders.OFF, "off")
      .says("Which headers `X-RateLimit-…` rejections have.");

  public static final SettingKey<BodyFormat> BODY = row("body", RESPONSES, oneOf(BodyFormat.class))
      .defaultValue(BodyFormat.JSON, "json")
      .says("The body of a rejection, unless the client asks for another.");

  public static final SettingKey<CrossOrigin> CORS_ORIGINS = row(
          "cors-origins",
          RESPONSES,
          SettingType.of(
                  "origins, with commas between",
                  "https://app.example.com",
                  (name, origins) -> new CrossOrigin(name, parts(origins)))
              .orOff("none", CrossOrigin.NONE))
      .defaultValue(CrossOrigin.NONE)
      .says("The origins whose web pages may read rejections.");

  public static final SettingKey<Boolean> ENABLED = row("enabled", OPERATIONS, onOrOff())
      .defaultValue(true, "on")
      .says("Whether the shield does anything.");

  public static final SettingKey<HealthPaths> HEALTH_PATHS = row(
          "health-paths",
          OPERATIONS,
          SettingType.of(
                  "paths, with commas between",
                  "/up, /actuator/health/**",
                  (name, paths) -> new HealthPaths(name, parts(paths)))
              .orOff("none", HealthPaths.NONE))
      .defaultValue(HealthPaths.DEFAULT)
      .defaultText("`" + HealthPaths.DEFAULT.toString().replace(" ", ", ") + "`")
      .says("The paths of health checks, which are neither counted nor rejected.");

  public static final SettingKey<Integer> RELOAD = row(
          "reload",
          OPERATIONS,
          number(0, MOST_SECONDS, "10", "choose how often to look at the configuration, as in 10")
              .orOff("never"))
      .defaultValue(0)
      .defaultText("never")
      .says("The seconds between two looks at the configuration, which is reloaded if it differs.");

  public static final SettingKey<Boolean> SHOW_KEYS = row("show-keys", OPERATIONS, trueOrFalse())
      .defaultValue(false, "false")
      .reload(NEW_SHIELD)
      .tells((engine, isOn) -> {
        if (isOn) {
          engine.showKeys();
        }
      })
      .says("Whether operators see the keys of clients in place of ids.");

  public static final SettingKey<ConsoleAccess> CONSOLE = row(
          "console", OPERATIONS, oneOf(ConsoleAccess.class))
      .defaultValue(ConsoleAccess.OFF, "off")
      .says("The operators who may use the [console](console.md).");

  public static final SettingKey<String> CONSOLE_PATH = row(
          "console-path",
          OPERATIONS,
          SettingType.of("a path", "/ops/shield", SettingKeys::consolePath))
      .defaultValue("/flowshield", "/flowshield")
      .says("The path of the console.");

  public static final SettingKey<String> CONSOLE_PASSWORD = row(
          "console-password",
          OPERATIONS,
          SettingType.of("12 to 200 characters", "a long random text", SettingKeys::password))
      .secret()
      .says("The password of operators, for `console=password`.");

  // Those that only code can give.

  public static final SettingKey<List<Limit>> MORE_LIMITS = SettingKey.<List<Limit>>inCode(
          "limits", LIMITS)
      .defaultValue(List.of())
      .joins(SettingKeys::added)
      .says("Limits under names of their own.");

  public static final SettingKey<LimitStore> OPEN_STORE = SettingKey.<LimitStore>inCode(
          "store", STORES)
      .reload(NEW_SHIELD)
      .says("A store that the application has opened.");

  public static final SettingKey<Function<? super RequestView, @Nullable String>> PLAN =
      SettingKey.<Function<? super RequestView, @Nullable String>>inCode("plan", POLICY_ROWS)
          .says("The plan of the client of a request.");

  public static final SettingKey<Map<String, Function<? super RequestView, @Nullable String>>>
      KEYS = SettingKey.<Map<String, Function<? super RequestView, @Nullable String>>>inCode(
              "key", POLICY_ROWS)
          .defaultValue(Map.of())
          .joins(SettingKeys::named)
          .says("Keys that policies count by.");

  public static final SettingKey<Function<? super RequestView, @Nullable Criticality>> CRITICALITY =
      SettingKey.<Function<? super RequestView, @Nullable Criticality>>inCode(
              "criticality", OVERLOAD)
          .says("How critical a request is.");

  public static final SettingKey<RejectionRenderer> RENDERER = SettingKey.<RejectionRenderer>inCode(
          "renderer", RESPONSES)
      .says("The words and the form of rejections.");

  public static final SettingKey<List<RequestInterceptor>> INTERCEPTORS =
      SettingKey.<List<RequestInterceptor>>inCode("interceptor", RESPONSES)
          .defaultValue(List.of())
          .joins(SettingKeys::added)
          .says("Responses in place of the application.");

  public static final SettingKey<String> NAME = SettingKey.<String>inCode("name", OPERATIONS)
      .defaultValue("default")
      .says("The name of the shield for operators.");

  public static final SettingKey<Consumer<? super FlowShieldBuilder>> ENGINE =
      SettingKey.<Consumer<? super FlowShieldBuilder>>inCode("engine", OPERATIONS)
          .tells((engine, settings) -> settings.accept(engine))
          .says("Other settings of the engine.");

  public static final SettingKey<Ticker> TICKER = SettingKey.<Ticker>inCode("ticker", OPERATIONS)
      .defaultValue(Ticker.system())
      .says("The source of the time.");

  public static final SettingKey<InstantSource> INSTANT_SOURCE = SettingKey.<InstantSource>inCode(
          "instantSource", OPERATIONS)
      .defaultValue(InstantSource.system())
      .says("The source of the time of day.");

  /** The settings that a configuration can state, in the order of their topics. */
  public static final List<SettingKey<?>> ALL = List.copyOf(TABLE);

  private static final Map<String, SettingKey<?>> BY_NAME = byName();

  /** The names of these settings. */
  public static final Set<String> NAMES =
      Collections.unmodifiableSet(new TreeSet<>(BY_NAME.keySet()));

  private SettingKeys() {}

  /** Returns the setting of a name; null if the name is not known. */
  public static @Nullable SettingKey<?> find(String name) {
    return isNumberedRow(name) ? POLICY : name.equals(POLICY.name()) ? null : BY_NAME.get(name);
  }

  /** Returns whether a name is that of a row of the policies, such as {@code policy.1}. */
  public static boolean isNumberedRow(String name) {
    return NUMBERED_ROW.matcher(name).matches();
  }

  private static Map<String, SettingKey<?>> byName() {
    Map<String, SettingKey<?>> byName = new TreeMap<>();
    ALL.forEach(key -> byName.put(key.name(), key));
    return byName;
  }

  private static <T> SettingKey.Row<T> row(
      String name, SettingKey.Group group, SettingType<T> type) {
    return SettingKey.row(TABLE, name, group, type);
  }

  private static SettingType<Networks> networks() {
    return SettingType.of(
        "networks with commas between, `loopback`, `private`", "10.0.0.0/8", Networks::parse);
  }

  private static SettingType<String> header(String example) {
    return SettingType.of(
        "the name of a header",
        example,
        (name, header) -> TrustedHeader.requireName(name, header, example));
  }

  private static String consolePath(String name, String path) {
    if (path.length() > MOST_OF_A_PATH || !CONSOLE_PATH_FORM.matcher(path).matches()) {
      throw new IllegalArgumentException(name
          + " must be a path of letters, digits, dashes, dots and underscores, got '"
          + path.substring(0, Math.min(path.length(), MOST_OF_A_PATH))
          + "': begin with a slash and end without one, as in /flowshield");
    }
    return path;
  }

  private static String password(String name, String password) {
    int length = password.length();
    if (length < LEAST_PASSWORD || length > MOST_PASSWORD) {
      throw new IllegalArgumentException(name + " must be " + LEAST_PASSWORD + " to "
          + MOST_PASSWORD + " characters, got one of " + length + ": choose a long random text");
    }
    return password;
  }

  private static SettingType<Integer> streams() {
    return number(1, MOST_STREAMS, "2000", "choose how many connections the server can hold open")
        .orOff("no cap");
  }

  private static SettingType<InFlightLimit> inFlight() {
    SettingType<Integer> number = number(
        1,
        MOST_IN_FLIGHT,
        "200",
        "choose how many requests the server can work at together, or auto to have that found");
    return SettingType.of(
            "`auto` or " + number.allowed(),
            "200",
            (name, text) -> text.equals("auto")
                ? InFlightLimit.auto()
                : InFlightLimit.of(number.read(name, text)))
        .orOff("no cap");
  }

  private static <T> T once(@Nullable T before, String name, T value) {
    if (before != null) {
      throw new IllegalArgumentException(name + " must be set once, got " + before + " and " + value
          + ": say both in one text, as in \"100/s, 5000/h\"");
    }
    return value;
  }

  private static <T> List<T> added(@Nullable List<T> before, String name, List<T> more) {
    return before == null
        ? List.copyOf(more)
        : Stream.concat(before.stream(), more.stream()).toList();
  }

  private static <T> Map<String, T> named(
      @Nullable Map<String, T> before, String name, Map<String, T> more) {
    Map<String, T> all = new TreeMap<>(before == null ? Map.of() : before);
    more.forEach((each, value) -> {
      if (all.putIfAbsent(each, value) != null) {
        throw new IllegalArgumentException(
            "key must be set once for each name, got '" + each + "' again: choose another name");
      }
    });
    return Collections.unmodifiableMap(all);
  }
}
