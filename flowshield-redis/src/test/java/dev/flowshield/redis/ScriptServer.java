package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A server that is asked by the script itself, and whose values are looked at as they stand. */
final class ScriptServer implements AutoCloseable {

  private static final int HEAD = 12; // bytes of a question that are for all keys

  /** The script itself, which answers what it answers, and the time if it has read that. */
  private static final String WITH_ITS_TIME = """
      local server, time = redis, nil
      local redis = setmetatable({
        call = function(name, ...)
          local answer = server.call(name, ...)
          time = name == 'TIME' and answer or time
          return answer
        end
      }, {__index = server})
      local function script()
      %s
      end
      return {script(), time}
      """;

  /** The values and the milliseconds until they expire, with the time before and after. */
  private static final String LOOK = """
      local function now() local time = redis.call('TIME') return time[1] * 1000000 + time[2] end
      local all = {now()}
      for k = 1, #KEYS do
        all[#all + 1] = redis.call('GET', KEYS[k]) or ''
        all[#all + 1] = redis.call('PTTL', KEYS[k])
      end
      all[#all + 1] = now()
      return all
      """;

  /** The clock goes on by milliseconds, or back: all values become so much older. */
  private static final String MOVE = """
      for k = 1, #KEYS do
        local value = redis.call('GET', KEYS[k])
        if value then
          local left = redis.call('PTTL', KEYS[k]) - ARGV[1]
          local time = struct.unpack('<i7', value, 2) - ARGV[1] * 1000
          value = value:sub(1, 1) .. struct.pack('<i7', time) .. value:sub(9)
          if left > 0 then
            redis.call('SET', KEYS[k], value, 'PX', left)
          else
            redis.call('DEL', KEYS[k])
          end
        end
      end
      """;

  /**
   * A value as it stands.
   *
   * @param bytes empty if there is none
   * @param millis until it expires
   */
  record Stored(String bytes, long millis) {

    boolean isAbsent() {
      return bytes.isEmpty();
    }
  }

  /** All values, and the time of the server in microseconds before and after they were read. */
  record Look(long from, List<Stored> values, long to) {}

  private final RedisProcess process;
  private final RedisClient client;
  private final RedisCommands<byte[], byte[]> commands;
  private final String limits;
  private final String look;
  private final String move;

  private ScriptServer(RedisProcess process) {
    this.process = process;
    this.client = RedisClient.create(process.uri());
    this.commands = client.connect(ByteArrayCodec.INSTANCE).sync();
    this.limits = commands.scriptLoad(WITH_ITS_TIME.formatted(limits()).getBytes(US_ASCII));
    this.look = commands.scriptLoad(LOOK.getBytes(US_ASCII));
    this.move = commands.scriptLoad(MOVE.getBytes(US_ASCII));
  }

  /** Starts a server of a kind. */
  static ScriptServer start(String kind) {
    return new ScriptServer(Servers.start(kind));
  }

  private static String limits() {
    try (InputStream file =
        Objects.requireNonNull(ScriptServer.class.getResourceAsStream("limits.lua"))) {
      return new String(file.readAllBytes(), US_ASCII);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Asks about several keys at once what each of the questions asks about one.
   *
   * @return the permits taken and the time; then for each rate of each key its debt
   */
  List<Long> ask(List<Question> questions) {
    ByteArrayOutputStream argument = new ByteArrayOutputStream();
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    argument.write(questions.get(0).argument(), 0, HEAD);
    for (Question question : questions) {
      byte[] own = question.argument();
      int end = HEAD + 8 + 16 * question.rates()[0];
      argument.write(own, HEAD, end - HEAD);
      more.write(own, end, own.length - end);
    }
    argument.writeBytes(more.toByteArray());
    List<Object> answer = commands.evalsha(
        limits,
        ScriptOutputType.MULTI,
        bytes(questions.stream().map(question -> question.keys()[0])),
        argument.toByteArray());
    long now = answer.size() > 1
        ? microseconds((List<?>) answer.get(1))
        : number(questions.get(0).argument(), 5, 7);
    return numbers((byte[]) answer.get(0), now, questions);
  }

  private static long microseconds(List<?> time) {
    long[] parts =
        time.stream().mapToLong(part -> Long.parseLong(text((byte[]) part))).toArray();
    return 1_000_000 * parts[0] + parts[1];
  }

  private static String text(byte[] bytes) {
    return new String(bytes, US_ASCII);
  }

  private static List<Long> numbers(byte[] packed, long now, List<Question> questions) {
    assertThat((int) number(packed, 0, 4)).isEqualTo(questions.get(0).id());
    List<Long> numbers = new ArrayList<>(List.of(number(packed, 4, 7), now));
    int at = 11;
    for (Question question : questions) {
      for (int i = 0; i < question.rates()[0]; i++, at += 6) {
        numbers.add(number(packed, at, 6));
      }
    }
    assertThat(packed).hasSize(at);
    return numbers;
  }

  private static long number(byte[] packed, int from, int size) {
    byte[] highestFirst = new byte[size + 1]; // none is negative
    for (int i = 0; i < size; i++) {
      highestFirst[size - i] = packed[from + i];
    }
    return new BigInteger(highestFirst).longValueExact();
  }

  /** Returns the reply that these numbers about one key are. */
  static Reply reply(List<Long> numbers) {
    long[] debts = numbers.stream().skip(2).mapToLong(Long::longValue).toArray();
    return new Reply(numbers.get(0), debts);
  }

  Look look(List<String> keys) {
    List<Object> all = commands.evalsha(look, ScriptOutputType.MULTI, bytes(keys.stream()));
    List<Stored> values = new ArrayList<>();
    for (int i = 1; i < all.size() - 1; i += 2) {
      values.add(new Stored(HexFormat.of().formatHex((byte[]) all.get(i)), (long) all.get(i + 1)));
    }
    return new Look((long) all.get(0), values, (long) all.get(all.size() - 1));
  }

  void move(List<String> keys, long millis) {
    commands.evalsha(
        move, ScriptOutputType.STATUS, bytes(keys.stream()), bytes(Stream.of("" + millis)));
  }

  private static byte[][] bytes(Stream<String> texts) {
    return texts.map(text -> text.getBytes(US_ASCII)).toArray(byte[][]::new);
  }

  @Override
  public void close() {
    client.shutdown();
    process.close();
  }
}
