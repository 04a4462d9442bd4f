package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The script on each kind of server, by the clock of the server, against a model of it. */
class ScriptTest {

  private static final long SEED = Long.getLong("flowshield.testkit.seed", 20261127);
  private static final int DECISIONS = 10_000;
  private static final List<List<RateLimit>> LIMITS = Stream.of(
          "1000/s burst 20",
          "7/s",
          "3000/s burst 40, 100000/h burst 700",
          "99991/day burst 30",
          "300000/s burst 1000")
      .map(RateLimit::parseAll)
      .toList();

  /** What is owed for each rate, and since when; numbers of any size. */
  private static final class Model {

    private final StoredRates rates;
    private final BigInteger[] debts;
    private BigInteger at = BigInteger.ZERO;

    Model(StoredRates rates) {
      this.rates = rates;
      this.debts = new BigInteger[rates.size()];
      java.util.Arrays.fill(debts, BigInteger.ZERO);
    }

    boolean take(long permits, long now) {
      BigInteger time = BigInteger.valueOf(now);
      BigInteger elapsed = time.subtract(at);
      at = time;
      boolean isFree = true;
      for (int i = 0; i < debts.length; i++) {
        StoredRate rate = rates.get(i);
        debts[i] = debts[i]
            .subtract(elapsed.multiply(BigInteger.valueOf(rate.drain())))
            .max(BigInteger.ZERO);
        isFree &= debts[i].add(cost(rate, permits)).longValueExact() <= rate.capacity();
      }
      if (isFree) {
        for (int i = 0; i < debts.length; i++) {
          debts[i] = debts[i].add(cost(rates.get(i), permits));
        }
      }
      return isFree;
    }

    private static BigInteger cost(StoredRate rate, long permits) {
      return BigInteger.valueOf(rate.price()).multiply(BigInteger.valueOf(permits));
    }

    List<Long> debts() {
      return Stream.of(debts).map(BigInteger::longValueExact).toList();
    }
  }

  static Stream<String> servers() {
    return Servers.all().stream();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void decidesAsTheModelDoes(String name) {
    try (RedisProcess server = Servers.start(name);
        Stores stores = new Stores(server.uri())) {
      Question.Form form = new Question.Form(() -> "");
      Script script = Script.limits();
      Random random = new Random(SEED);
      Map<String, Model> models = new HashMap<>();
      int admitted = 0;
      for (int i = 0; i < DECISIONS; i++) {
        int chosen = random.nextInt(LIMITS.size());
        StoredRates rates = new StoredRates(LIMITS.get(chosen), 1_000);
        String key = "model:{" + random.nextInt(3) + "}:" + chosen;
        long permits = 1 + random.nextLong(random.nextBoolean() ? 2 : rates.burst());
        Question question = form.of(Deed.TAKE, key, rates, permits);
        Reply reply = Reply.of(run(script, stores, question), rates.size());

        Model model = models.computeIfAbsent(key, unseen -> new Model(rates));
        boolean expected = model.take(permits, reply.time());
        admitted += expected ? 1 : 0;
        assertThat(reply.granted())
            .as("%s, seed %d, decision %d: %s", name, SEED, i, rates)
            .isEqualTo(expected ? permits : 0);
        assertThat(listed(reply.debts()))
            .as("%s, seed %d, decision %d: %s", name, SEED, i, rates)
            .isEqualTo(model.debts());
      }
      assertThat(admitted).isBetween(DECISIONS / 10, DECISIONS * 9 / 10);
    }
  }

  private static List<Object> run(Script script, Stores stores, Question question) {
    return script
        .<List<Object>>run(
            stores.connection().async(),
            ScriptOutputType.MULTI,
            question.keys(),
            question.arguments())
        .toCompletableFuture()
        .join();
  }

  private static List<Long> listed(long[] numbers) {
    List<Long> list = new ArrayList<>();
    for (long number : numbers) {
      list.add(number);
    }
    return list;
  }

  @ParameterizedTest
  @MethodSource("servers")
  void takesOfAllKeysOrOfNone(String name) {
    try (RedisProcess server = Servers.start(name);
        Stores stores = new Stores(server.uri())) {
      String script = script();
      String[] keys = {"{a}:one", "{a}:two"};
      String[] question = {
        "take",
        "",
        "1",
        "1",
        "1",
        "1000000000",
        "3000000000",
        "2",
        "1",
        "1",
        "1000000000",
        "4000000000"
      };
      long[] granted = new long[3];
      List<Object> last = List.of();
      for (int i = 0; i < granted.length; i++) {
        last = stores.connection().sync().eval(script, ScriptOutputType.MULTI, keys, question);
        granted[i] = (long) last.get(0);
      }

      assertThat(granted).containsExactly(1, 1, 0); // the second key had four, two at a time
      assertThat((long) last.get(3)).isBetween(1_990_000_000L, 2_000_000_000L); // two of three
      assertThat((long) last.get(6)).isBetween(3_990_000_000L, 4_000_000_000L); // four of four
    }
  }

  private static String script() {
    try (InputStream file =
        Objects.requireNonNull(ScriptTest.class.getResourceAsStream("limits.lua"))) {
      return new String(file.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void leavesNothingOfKeysThatOweNothing(String name) throws InterruptedException {
    try (RedisProcess server = Servers.start(name);
        Stores stores = new Stores(server.uri())) {
      StoredRates rates = new StoredRates(RateLimit.parseAll("10/s burst 20"), 1_000);
      Question question = new Question.Form(() -> "").of(Deed.TAKE, "model:{a}:b", rates, 20);
      run(Script.limits(), stores, question);
      assertThat(stores.connection().sync().pttl("model:{a}:b")).isBetween(1L, 2_001L);
    }
  }
}
