package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A server that is asked by the script itself, and whose values are looked at as they stand. */
final class ScriptServer implements AutoCloseable {

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
          value = struct.pack('<i7', struct.unpack('<i7', value) - ARGV[1] * 1000) .. value:sub(8)
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

  /** Asks about several keys at once what each of the questions asks about one. */
  List<Long> ask(List<Question> questions) {
    String[] first = questions.get(0).arguments();
    List<String> arguments = new ArrayList<>(List.of(first[0], first[1]));
    List<String> more = new ArrayList<>();
    for (Question question : questions) {
      List<String> own = List.of(question.arguments());
      int end = 4 + 3 * question.rates()[0];
      arguments.addAll(own.subList(2, end));
      more.addAll(own.subList(end, own.size()));
    }
    arguments.addAll(more);
    return commands
        .<List<Object>>evalsha(
            limits,
            ScriptOutputType.MULTI,
            bytes(questions.stream().map(question -> question.keys()[0])),
            bytes(arguments.stream()))
        .stream()
        .map(Long.class::cast)
        .toList();
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
