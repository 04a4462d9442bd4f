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

  private static final int HEAD = 12; // bytes of a call that are for all keys

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
    this.limits = commands.scriptLoad(limits());
    this.look = commands.scriptLoad(LOOK.getBytes(US_ASCII));
    this.move = commands.scriptLoad(MOVE.getBytes(US_ASCII));
  }

  /** Starts a server of a kind. */
  static ScriptServer start(String kind) {
    return new ScriptServer(Servers.start(kind));
  }

  private static byte[] limits() {
    try (InputStream file =
        Objects.requireNonNull(ScriptServer.class.getResourceAsStream("limits.lua"))) {
      return file.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Asks about several keys at once what each of the calls asks about one.
   *
   * @return the permits taken and the time; then for each key its epoch, and for each rate its debt
   *     and what was refunded
   */
  List<Long> ask(List<ScriptCall> calls) {
    ByteArrayOutputStream argument = new ByteArrayOutputStream();
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    argument.write(calls.get(0).argument(), 0, HEAD);
    for (ScriptCall call : calls) {
      byte[] own = call.argument();
      int end = HEAD + 8 + 16 * call.rates()[0];
      argument.write(own, HEAD, end - HEAD);
      more.write(own, end, own.length - end);
    }
    argument.writeBytes(more.toByteArray());
    byte[] packed = commands.evalsha(
        limits,
        ScriptOutputType.VALUE,
        bytes(calls.stream().map(call -> call.keys()[0])),
        argument.toByteArray());
    return numbers(packed, calls);
  }

  private static List<Long> numbers(byte[] packed, List<ScriptCall> calls) {
    assertThat((int) number(packed, 0, 4)).isEqualTo(calls.get(0).id());
    List<Long> numbers = new ArrayList<>(List.of(number(packed, 4, 7), number(packed, 11, 7)));
    int at = 18;
    for (ScriptCall call : calls) {
      numbers.add(number(packed, at, 7));
      at += 7;
      for (int i = 0; i < 2 * call.rates()[0]; i++, at += 6) {
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
  static ScriptReply reply(List<Long> numbers) {
    int rates = (numbers.size() - 3) / 2;
    long[] debts = new long[rates];
    long[] refunded = new long[rates];
    for (int r = 0; r < rates; r++) {
      debts[r] = numbers.get(3 + 2 * r);
      refunded[r] = numbers.get(4 + 2 * r);
    }
    return new ScriptReply(numbers.get(0), numbers.get(1), numbers.get(2), debts, refunded);
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
