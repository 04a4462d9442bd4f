package dev.flowshield.http.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.exchange.StreamStats;
import dev.flowshield.http.stream.OpenStreams.Room;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OpenStreamsTest {

  private static final int TOGETHER = 5;
  private static final int EACH = 2;
  private static final int THREADS = 4;
  private static final int STEPS = 100_000;

  private final OpenStreams streams = new OpenStreams(new StreamCaps(TOGETHER, EACH));

  private void open(@Nullable String client, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(streams.tryOpen(client)).isTrue();
    }
  }

  @Test
  void aClientMayOpenAsManyAsItsCapAndOthersMayToo() {
    open("alice", EACH);
    assertThat(streams.room("alice")).isEqualTo(Room.NONE_FOR_CLIENT);
    assertThat(streams.tryOpen("alice")).isFalse();
    assertThat(streams.room("bob")).isEqualTo(Room.FREE);
    open("bob", EACH);
    assertThat(streams.stats().open()).isEqualTo(2 * EACH);

    streams.close("alice");
    assertThat(streams.room("alice")).isEqualTo(Room.FREE);
    open("alice", 1);
  }

  @Test
  void allTogetherMayOpenAsManyAsTheirCap() {
    open("alice", EACH);
    open("bob", EACH);
    open("carol", 1);
    assertThat(streams.room("carol")).isEqualTo(Room.NONE);
    assertThat(streams.room("alice")).isEqualTo(Room.NONE_FOR_CLIENT);
    assertThat(streams.tryOpen("carol")).isFalse();
    assertThat(streams.stats().open()).isEqualTo(TOGETHER);

    streams.close("alice");
    open("carol", 1);
  }

  @Test
  void aClientThatIsNotLimitedCountsForAllTogetherAlone() {
    open(null, TOGETHER);
    assertThat(streams.clients()).isZero();
    assertThat(streams.room(null)).isEqualTo(Room.NONE);
    assertThat(streams.tryOpen(null)).isFalse();
    streams.close(null);
    open("alice", 1);
  }

  @Test
  void keepsNothingOfAClientWithoutOpenStreams() {
    open("alice", EACH);
    open("bob", 1);
    assertThat(streams.tryOpen("alice")).isFalse();
    assertThat(streams.clients()).isEqualTo(2);
    streams.close("alice");
    streams.close("alice");
    streams.close("bob");
    assertThat(streams.clients()).isZero();
    assertThat(streams.stats().open()).isZero();
  }

  @Test
  void keepsNothingOfAClientThatFoundNoRoom() {
    open(null, TOGETHER);
    assertThat(streams.tryOpen("alice")).isFalse();
    assertThat(streams.clients()).isZero();
  }

  @Test
  void aLoweredCapLeavesWhatIsOpenAndLetsNothingIn() {
    open("alice", EACH);
    streams.change(new StreamCaps(StreamCaps.NONE, 1));
    assertThat(streams.room("alice")).isEqualTo(Room.NONE_FOR_CLIENT);
    streams.close("alice");
    assertThat(streams.tryOpen("alice")).isFalse();
    streams.close("alice");
    open("alice", 1);
  }

  @Test
  void withoutCapsThereIsAlwaysRoom() {
    OpenStreams uncapped = new OpenStreams(StreamCaps.OFF);
    for (int i = 0; i < 1000; i++) {
      assertThat(uncapped.tryOpen("alice")).isTrue();
    }
    assertThat(uncapped.room("alice")).isEqualTo(Room.FREE);
  }

  @Test
  void countsWhatWasRejectedForEachCap() {
    streams.countRejected(Room.NONE_FOR_CLIENT);
    streams.countRejected(Room.NONE_FOR_CLIENT);
    streams.countRejected(Room.NONE);
    assertThat(streams.stats())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(0, 2L, 1L);
  }

  @Test
  void noNumberOfThreadsPassesACapOrLosesACount() throws Exception {
    String[] clients = {"alice", "bob", "carol", "dave"};
    AtomicInteger[] ofClients = new AtomicInteger[clients.length];
    for (int i = 0; i < ofClients.length; i++) {
      ofClients[i] = new AtomicInteger();
    }
    AtomicInteger all = new AtomicInteger();
    AtomicInteger opened = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> running = new ArrayList<>();
    for (int seed = 0; seed < THREADS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      running.add(threads.submit(() -> {
        Deque<Integer> mine = new ArrayDeque<>();
        for (int step = 0; step < STEPS || !mine.isEmpty(); step++) {
          int client = random.nextInt(clients.length);
          if (step < STEPS && random.nextBoolean() && streams.tryOpen(clients[client])) {
            // counted after the count that is tested, and discounted before it: never more than it
            assertThat(ofClients[client].incrementAndGet()).isLessThanOrEqualTo(EACH);
            assertThat(all.incrementAndGet()).isLessThanOrEqualTo(TOGETHER);
            assertThat(streams.stats().open()).isBetween(1, TOGETHER);
            opened.incrementAndGet();
            mine.push(client);
          } else if (!mine.isEmpty()) {
            int ended = mine.pop();
            ofClients[ended].decrementAndGet();
            all.decrementAndGet();
            streams.close(clients[ended]);
          }
        }
      }));
    }
    for (Future<?> one : running) {
      one.get();
    }
    threads.shutdown();
    assertThat(opened.get()).isGreaterThan(STEPS / 10);
    assertThat(streams.stats().open()).isZero();
    assertThat(streams.clients()).isZero();
  }
}
