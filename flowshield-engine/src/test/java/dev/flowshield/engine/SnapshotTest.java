package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.ForwardingRateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {

  private static final long SECOND = 1_000_000_000L;
  private static final int SEED_AT = 12; // after the magic and the version

  @TempDir
  private Path folder;

  private long wall = 1_000_000 * SECOND;
  private ManualTicker ticker = ManualTicker.atZero();

  @Test
  void aQuotaIsNotFullAgainAfterARestart() throws IOException {
    RateLimiter before = limiter("token-bucket", "10/day");
    assertThat(before.tryAcquire("alice", 7)).isTrue();
    assertThat(before.tryAcquire(4)).isTrue();
    Snapshot.of(before).save(file());

    RateLimiter after = restarted(3600 * SECOND, "token-bucket", "10/day");
    Snapshot.Loaded loaded = Snapshot.of(after).load(file());

    assertThat(loaded).isEqualTo(new Snapshot.Loaded(1, List.of()));
    assertThat(after.peek("alice").remaining()).isEqualTo(3);
    assertThat(after.peek("").remaining()).isEqualTo(6);
    assertThat(after.peek("bob").remaining()).isEqualTo(10);
    ticker.advanceNanos(7 * 8640 * SECOND - 3600 * SECOND);
    assertThat(after.peek("alice").remaining()).isEqualTo(10);
  }

  @Test
  void goesOnInAnotherProcess() throws Exception {
    assertThat(child("spend", file())).isEqualTo("3");
    assertThat(child("look", file())).isEqualTo("3 []");
  }

  @Test
  void keepsAllLimitsOfAShieldByTheirNames() throws IOException {
    FlowShield before = shield("10/h", "10/h");
    assertThat(before.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(before.admit("bob", 4)).isInstanceOf(Admitted.class);
    Snapshot.of(before).save(file());

    ticker = ManualTicker.startingAt(Long.MIN_VALUE);
    FlowShield after = shield("10/h", "20/h");
    Snapshot.Loaded loaded = Snapshot.of(after).load(file());

    assertThat(loaded).isEqualTo(new Snapshot.Loaded(2, List.of()));
    assertThat(after.peek("everyone", "").remaining()).isEqualTo(5);
    assertThat(after.peek("key", "alice").remaining()).as("in proportion").isEqualTo(18);
    assertThat(after.peek("key", "bob").remaining()).isEqualTo(12);
  }

  @Test
  void saysWhichLimitsDoNotFit() throws IOException {
    FlowShield before = FlowShield.builder()
        .limit(Limit.each("gone", "1/h"))
        .limit(Limit.each("more", "1/h"))
        .limit(Limit.each("other", "1/h"))
        .limit(
            Limit.each("elsewhere", "1/h").withLimiter((key, permits) -> new Decision.Admitted(1)))
        .ticker(ticker)
        .build();
    before.admit("alice");
    Snapshot.of(before).save(file());

    FlowShield after = FlowShield.builder()
        .limit(Limit.each("more", "1/h, 2/day"))
        .limit(Limit.each("other", "1/h").withLimiter("fixed-window"))
        .limit(Limit.each("new", "1/h"))
        .ticker(ticker)
        .build();

    assertThat(Snapshot.of(after).load(file()).ignored())
        .containsExactly(
            "limit 'gone' of the snapshot is ignored: there is none of that name here",
            "limit 'more' of the snapshot is ignored: it had 1 rates, and has 2 now",
            "limit 'other' of the snapshot is ignored: it was kept by 'token-bucket', and is kept"
                + " by 'fixed-window' now, which reads other words");
  }

  @Test
  void nothingHasComeBackWhereTheWallClockHasGoneBack() throws IOException {
    RateLimiter before = limiter("token-bucket", "10/s");
    assertThat(before.tryAcquire("alice", 10)).isTrue();
    Snapshot.of(before).save(file());

    RateLimiter after = restarted(-3600 * SECOND, "token-bucket", "10/s");
    Snapshot.of(after).load(file());

    assertThat(after.tryAcquire("alice")).isFalse();
    ticker.advanceNanos(SECOND);
    assertThat(after.tryAcquire("alice", 10)).isTrue();
  }

  @Test
  void allHasComeBackAfterYears() throws IOException {
    for (String name : List.of("token-bucket", "fixed-window", "sliding-window")) {
      for (long days : new long[] {1, 6, 7, 13, 400, 20_000}) { // words of 6.5 days turn
        RateLimiter before = limiter(name, "10000/ms");
        assertThat(before.tryAcquire("alice", 10_000)).isTrue();
        Snapshot.of(before).save(file());
        RateLimiter after = restarted(days * 86_400 * SECOND, name, "10000/ms");
        assertThat(Snapshot.of(after).load(file()).ignored()).isEmpty();
        assertThat(after.tryAcquire("alice", 10_000))
            .as("%s, %s days", name, days)
            .isTrue();
      }
    }
  }

  @Test
  void aFullTableForgivesNobodyWhateverItsSizeIsNow() throws IOException {
    for (int maxKeys : new int[] {100, 8_000, 10}) {
      RateLimiter before = limiter("token-bucket", "1/h", 200);
      for (int i = 0; i < 5_000; i++) {
        before.tryAcquire("key " + i);
      }
      Snapshot.of(before).save(file());
      RateLimiter after = limiter("token-bucket", "1/h", maxKeys);
      assertThat(Snapshot.of(after).load(file()).ignored()).isEmpty();
      for (int i = 0; i < 5_000; i++) {
        assertThat(after.tryAcquire("key " + i)).as("%s of %s", i, maxKeys).isFalse();
      }
    }
  }

  @Test
  void keepsManyKeysInSixteenBytesEach() throws IOException {
    int keys = 200_000;
    RateLimiter before = limiter("token-bucket", "2/h", 1_000_000);
    for (int i = 0; i < keys; i++) {
      before.tryAcquire("key " + i);
    }
    Snapshot.of(before).save(file());
    assertThat(Files.size(file())).isBetween(16L * keys, 16L * keys + 1_000);

    RateLimiter after = limiter("token-bucket", "2/h", 1_000_000);
    assertThat(Snapshot.of(after).load(file())).isEqualTo(new Snapshot.Loaded(keys, List.of()));
    for (int i = 0; i < keys; i += 100) {
      assertThat(after.peek("key " + i).remaining()).isEqualTo(1);
    }
  }

  @Test
  void savesWhileCallersGoOn() throws Exception {
    RateLimiter busy = limiter("token-bucket", "1000/h", 10_000);
    AtomicBoolean done = new AtomicBoolean();
    Thread caller = new Thread(() -> {
      for (int i = 0; !done.get(); i++) {
        busy.tryAcquire("key " + i % 20_000);
        busy.tryAcquire();
      }
    });
    caller.start();
    for (int i = 0; i < 20; i++) {
      Snapshot.of(busy).save(file());
      RateLimiter after = limiter("token-bucket", "1000/h", 10_000);
      assertThat(Snapshot.of(after).load(file()).ignored()).isEmpty();
    }
    done.set(true);
    caller.join();
  }

  @Test
  void theFileIsForItsOwnerAlone() throws IOException {
    Snapshot.of(limiter("token-bucket", "1/h")).save(file());
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo("rw-------");
    }
    assertThat(Files.size(file())).isPositive();
  }

  @Test
  void aSaveThatFailsLeavesTheFileThatWasThere() throws IOException {
    Snapshot.of(limiter("token-bucket", "1/h")).save(file());
    byte[] before = Files.readAllBytes(file());
    RateLimiter failing = RateLimiter.of(LimiterSpec.of("1/h").withInstantSource(() -> {
      throw new IllegalStateException("no clock");
    }));

    assertThatThrownBy(() -> Snapshot.of(failing).save(file())).hasMessage("no clock");
    assertThatThrownBy(
            () -> Snapshot.of(limiter("token-bucket", "1/h")).save(folder.resolve("no/folder")))
        .isInstanceOf(IOException.class);

    assertThat(Files.readAllBytes(file())).isEqualTo(before);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void deletesWhatProcessesHaveLeftThatWereKilledWhileTheySaved() throws IOException {
    Path old = leftBehind("1", 601);
    Path young = leftBehind("2", 599);
    Path ofAnother = Files.createFile(folder.resolve(".other.snapshot.3.tmp"));
    age(ofAnother, 601);

    Snapshot.of(limiter("token-bucket", "1/h")).save(file());

    assertThat(old).doesNotExist();
    assertThat(young).exists(); // it may still be written
    assertThat(ofAnother).exists();
    age(young, 601);
    Snapshot.of(limiter("token-bucket", "1/h")).load(file());
    assertThat(young).doesNotExist();
    assertThat(file()).exists();
  }

  private Path leftBehind(String number, long seconds) throws IOException {
    Path left = Files.createFile(folder.resolve(".limits.snapshot." + number + ".tmp"));
    age(left, seconds);
    return left;
  }

  private void age(Path each, long seconds) throws IOException {
    Files.setLastModifiedTime(
        each, FileTime.from(Instant.EPOCH.plusNanos(wall).minusSeconds(seconds)));
  }

  @Test
  void savesToTheFileThatASymbolicLinkLeadsTo() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("data", "second"));
    Path second = Files.createSymbolicLink(data.resolve("second"), Path.of("limits"));

    RateLimiter before = limiter("token-bucket", "10/day");
    before.tryAcquire("alice", 7);
    Snapshot.of(before).save(first);

    assertThat(first).isSymbolicLink();
    assertThat(second).isSymbolicLink();
    assertThat(data.resolve("limits")).isRegularFile();
    RateLimiter after = limiter("token-bucket", "10/day");
    assertThat(Snapshot.of(after).load(first)).isEqualTo(new Snapshot.Loaded(1, List.of()));
    Path endless = Files.createSymbolicLink(folder.resolve("endless"), Path.of("endless"));
    assertThatThrownBy(() -> Snapshot.of(after).save(endless))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("leads to too many others");
  }

  @Test
  void ignoresAPipeAndDoesNotWaitForIt() throws Exception {
    Path pipe = folder.resolve("pipe");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
    assertThat(made.waitFor()).isZero();
    RateLimiter limiter = limiter("token-bucket", "10/day");

    Snapshot.Loaded loaded = assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> Snapshot.of(limiter).load(pipe));

    assertThat(loaded.ignored())
        .singleElement()
        .asString()
        .endsWith("is ignored: it must be a regular file, got another kind of file");
  }

  @Test
  void ignoresWhatIsNoFileOrIsUsedTooLate() throws IOException {
    RateLimiter used = limiter("token-bucket", "10/h");
    assertThat(Snapshot.of(used).load(file()).ignored())
        .containsExactly("snapshot " + file() + " is ignored: there is none yet");
    assertThat(Snapshot.of(used).load(folder).ignored()).hasSize(1);
    Snapshot.of(used).save(file());
    used.tryAcquire("alice");
    assertThat(Snapshot.of(used).load(file()).ignored())
        .containsExactly("snapshot " + file() + " is ignored: load it before the first request");
  }

  @Test
  void ignoresAFileOfAnotherProgramOrOneThatIsFarTooBig() throws IOException {
    Files.writeString(file(), "user=alice\npassword=secret\nmode=all\n");
    assertThat(load(Files.readAllBytes(file())).ignored().get(0))
        .endsWith("is ignored: it must be written by FlowShield, got another file");
    saved();
    try (RandomAccessFile big = new RandomAccessFile(file().toFile(), "rw")) {
      big.setLength(70_000_000); // takes no space
    }
    assertThat(Snapshot.of(limiter("token-bucket", "10/h", 20))
            .load(file())
            .ignored()
            .get(0))
        .contains("is ignored: it must be at most ", " bytes for these limits, got 70000000");
  }

  @Test
  void mayHaveAsManyBytesAsTheKeysOfItsLimitsNeed() throws IOException {
    saved();
    try (RandomAccessFile big = new RandomAccessFile(file().toFile(), "rw")) {
      big.setLength(1L << 40);
    }

    long few = mostBytes(limiter("token-bucket", "10/h", 20));
    long many = mostBytes(limiter("token-bucket", "10/h", 1_000_000));

    assertThat(few).isBetween(64L << 20, 65L << 20);
    assertThat(many - few).isBetween(32_000_000L, 64_000_000L); // 32 bytes a key, with some room
    assertThat(mostBytes(limiter("token-bucket", "10/h, 20/day", 20)) - few).isPositive();
  }

  private long mostBytes(RateLimiter limiter) {
    String ignored = Snapshot.of(limiter).load(file()).ignored().get(0);
    Matcher most = Pattern.compile("at most (\\d+) bytes").matcher(ignored);
    assertThat(most.find()).as(ignored).isTrue();
    return Long.parseLong(most.group(1));
  }

  @Test
  void leavesNoFileBehindIfItCannotBeWritten() throws IOException {
    RateLimiter failing = RateLimiter.of(
        "token-bucket", LimiterSpec.of("10/h").withTicker(ticker).withInstantSource(() -> {
          throw new IllegalStateException("no time");
        }));

    assertThatThrownBy(() -> Snapshot.of(failing).save(file())).hasMessage("no time");

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void allHasComeBackAfterMoreYearsThanNanosecondsCanCount() throws IOException {
    RateLimiter before = limiter("token-bucket", "10/h");
    assertThat(before.tryAcquire("alice", 10)).isTrue();
    Snapshot.of(before).save(file());

    assertThat(remainingAt(Instant.MAX)).isEqualTo(10);
    assertThat(remainingAt(Instant.MIN)).isZero();
  }

  private long remainingAt(Instant wallClock) {
    RateLimiter after = RateLimiter.of(
        "token-bucket",
        LimiterSpec.of("10/h").withTicker(ticker).withInstantSource(() -> wallClock));
    assertThat(Snapshot.of(after).load(file()).ignored()).isEmpty();
    return after.peek("alice").remaining();
  }

  @Test
  void ignoresAsAWholeWhatWasCutOrChangedAnywhere() throws IOException {
    byte[] whole = saved();
    for (int length = 0; length < whole.length; length++) {
      requireIgnored(Arrays.copyOf(whole, length));
    }
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      byte[] changed = Arrays.copyOf(whole, whole.length + random.nextInt(2) * random.nextInt(9));
      int at = random.nextInt(whole.length);
      for (int j = 0; j < 1 + random.nextInt(8) && at + j < changed.length; j++) {
        changed[at + j] = (byte) random.nextInt();
      }
      if (!Arrays.equals(changed, whole)) {
        requireIgnored(changed);
      }
    }
    assertThat(load(whole).ignored()).isEmpty();
  }

  @Test
  void neverFailsForWhatWasForged() throws IOException {
    Random random = new Random(2);
    for (String name : List.of("token-bucket", "fixed-window", "sliding-window")) {
      RateLimiter before = limiter(name, "10/h");
      before.tryAcquire("alice", 7);
      before.tryAcquire(3);
      Snapshot.of(before).save(file());
      byte[] whole = Files.readAllBytes(file());
      for (int i = 0; i < 700; i++) {
        byte[] forged = whole.clone();
        int at = SEED_AT + 16 + random.nextInt(whole.length - SEED_AT - 16 - 8);
        for (int j = 0; j < 1 + random.nextInt(8); j++) {
          forged[at + j] = (byte) random.nextInt();
        }
        Files.write(file(), signed(forged));
        RateLimiter after = limiter(name, "10/h");
        assertThatCode(() -> Snapshot.of(after).load(file())).doesNotThrowAnyException();
        assertThat(after.tryAcquireUpTo("alice", 10)).isBetween(0L, 10L);
        assertThat(after.tryAcquireUpTo("bob", 10)).isBetween(0L, 10L);
        assertThat(after.tryAcquireUpTo("", 10)).isBetween(0L, 10L);
      }
    }
  }

  @Test
  void saysThatKeysAreLostIfTheProcessHasHashedOthersByAnotherSeed() throws IOException {
    RateLimiter before = limiter("token-bucket", "10/h");
    before.tryAcquire("alice", 7);
    before.tryAcquire(4);
    Snapshot.of(before).save(file());
    byte[] bytes = Files.readAllBytes(file());
    bytes[SEED_AT]++;
    Files.write(file(), signed(bytes));

    RateLimiter after = limiter("token-bucket", "10/h");
    Snapshot.Loaded loaded = Snapshot.of(after).load(file());

    assertThat(loaded.keys()).isZero();
    assertThat(loaded.ignored()).hasSize(1);
    assertThat(loaded.ignored().get(0)).startsWith("keys of the snapshot are ignored");
    assertThat(after.peek("alice").remaining()).isEqualTo(10);
    assertThat(after.peek("").remaining()).as("has no hash").isEqualTo(6);
  }

  @Test
  void isForLimitersOfTheEngineAlone() {
    assertThatThrownBy(() -> Snapshot.of((key, permits) -> new Decision.Admitted(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("limiter of a snapshot must be token-bucket, fixed-window or");
    RateLimiter own = RateLimiter.of(new Gcra(RateLimit.parse("1/s")), LimiterSpec.of("1/s"));
    assertThatThrownBy(() -> Snapshot.of(own)).isInstanceOf(IllegalArgumentException.class);
    RateLimiter inner = limiter("token-bucket", "1/s");
    ForwardingRateLimiter outer = () -> inner;
    assertThatCode(() -> Snapshot.of(outer).save(file())).doesNotThrowAnyException();
  }

  private void requireIgnored(byte[] bytes) throws IOException {
    Snapshot.Loaded loaded = load(bytes);
    assertThat(loaded.keys()).isZero();
    assertThat(loaded.ignored()).hasSize(1);
  }

  /** Loads a file into a limiter that must be full if anything is wrong with it. */
  private Snapshot.Loaded load(byte[] bytes) throws IOException {
    Files.write(file(), bytes);
    RateLimiter after = limiter("token-bucket", "10/h", 20);
    Snapshot.Loaded loaded = Snapshot.of(after).load(file());
    if (!loaded.ignored().isEmpty()) {
      assertThat(after.peek("alice").remaining()).isEqualTo(10);
      assertThat(after.peek("").remaining()).isEqualTo(10);
    }
    return loaded;
  }

  private byte[] saved() throws IOException {
    RateLimiter before = limiter("token-bucket", "10/h", 20);
    before.tryAcquire("alice", 7);
    before.tryAcquire("bob", 2);
    before.tryAcquire(3);
    Snapshot.of(before).save(file());
    return Files.readAllBytes(file());
  }

  /** With the checksum that these bytes need. */
  private static byte[] signed(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - 8);
    ByteBuffer.wrap(bytes).putLong(bytes.length - 8, checksum.getValue());
    return bytes;
  }

  private Path file() {
    return folder.resolve("limits.snapshot");
  }

  private RateLimiter restarted(long down, String name, String limits) {
    wall += down;
    ticker = ManualTicker.startingAt(Long.MAX_VALUE - 3 * SECOND);
    return limiter(name, limits);
  }

  private RateLimiter limiter(String name, String limits) {
    return limiter(name, limits, 1_000);
  }

  private RateLimiter limiter(String name, String limits, int maxKeys) {
    return RateLimiter.of(
        name,
        LimiterSpec.of(limits)
            .withTicker(ticker)
            .withMaxKeys(maxKeys)
            .withInstantSource(() -> Instant.EPOCH.plusNanos(wall)));
  }

  private FlowShield shield(String everyone, String key) {
    return FlowShield.builder()
        .limit(everyone)
        .perKey(key)
        .ticker(ticker)
        .instantSource(() -> Instant.EPOCH.plusNanos(wall))
        .build();
  }

  private static String child(String mode, Path file) throws Exception {
    List<String> path = new ArrayList<>(List.of("target/classes", "target/test-classes"));
    for (String property : List.of("jdk.module.path", "java.class.path")) {
      path.add(System.getProperty(property, ""));
    }
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            String.join(File.pathSeparator, path),
            SnapshotProcess.class.getName(),
            mode,
            file.toString())
        .redirectErrorStream(true)
        .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /** Another process: hashes keys by a seed of its own, unless it loads one. */
  static final class SnapshotProcess {

    private SnapshotProcess() {}

    public static void main(String[] arguments) throws IOException {
      RateLimiter limiter = RateLimiter.of("10/day");
      Path file = Path.of(arguments[1]);
      if (arguments[0].equals("spend")) {
        limiter.tryAcquire("alice", 7);
        Snapshot.of(limiter).save(file);
        System.out.println(limiter.peek("alice").remaining());
      } else {
        Snapshot.Loaded loaded = Snapshot.of(limiter).load(file);
        System.out.println(limiter.peek("alice").remaining() + " " + loaded.ignored());
      }
    }
  }
}
