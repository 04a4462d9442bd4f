package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SipHashTest {

  @Nested
  class TheModel {

    @Test
    void givesThePublishedResultOfSipHash24() {
      byte[] key = bytes(16);
      byte[] message = bytes(15);

      assertThat(ByteWise.hash(2, 4, ByteWise.word(key, 0), ByteWise.word(key, 8), message))
          .isEqualTo(0xa129ca6149be45e5L);
    }

    private byte[] bytes(int length) { // 00 01 02 ...
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) i;
      }
      return bytes;
    }
  }

  @Test
  void isSipHash13OfTheTextInUtf16() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      long seed0 = random.nextLong();
      long seed1 = random.nextLong();
      String text = anyText(random, i % 300);
      assertThat(new SipHash(seed0, seed1).hash(text))
          .as("a text of %s chars", text.length())
          .isEqualTo(ByteWise.hash(1, 3, seed0, seed1, text.getBytes(StandardCharsets.UTF_16LE)));
    }
  }

  @Test
  void takesTheLongestKeyAndTheEmptyOne() {
    for (String text : List.of("", "x".repeat(8192), "\uFFFF".repeat(8192))) {
      assertThat(new SipHash(3, 4).hash(text))
          .isEqualTo(ByteWise.hash(1, 3, 3, 4, text.getBytes(StandardCharsets.UTF_16LE)));
    }
  }

  @Test
  void tellsTextsApartThatStringsOwnHashDoesNot() {
    Set<Long> hashes = new HashSet<>();
    int texts = 1 << 12;
    for (int i = 0; i < texts; i++) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < 12; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      assertThat(text.toString().hashCode()).isEqualTo("Aa".repeat(12).hashCode());
      hashes.add(new SipHash(5, 6).hash(text.toString()));
    }
    assertThat(hashes).hasSize(texts);
  }

  @Test
  void tellsTextsOfZerosApartByTheirLength() {
    Set<Long> hashes = new HashSet<>();
    for (int length = 0; length < 127; length++) { // the length counts modulo 256 bytes
      hashes.add(new SipHash(7, 8).hash("\0".repeat(length)));
    }
    assertThat(hashes).hasSize(127);
  }

  @Test
  void isSeededAnewForEachTable() {
    assertThat(new Seed().use().hash("alice")).isNotEqualTo(new Seed().use().hash("alice"));
  }

  /** Any 16-bit chars but lone surrogates, which the encoding of the model would replace. */
  private static String anyText(Random random, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : Character.MIN_SURROGATE));
    }
    return text.toString();
  }

  /** SipHash-c-d as the paper has it, byte by byte. */
  private static final class ByteWise {

    private long v0;
    private long v1;
    private long v2;
    private long v3;

    static long hash(int compressions, int finals, long key0, long key1, byte[] message) {
      ByteWise state = new ByteWise();
      state.v0 = key0 ^ 0x736f6d6570736575L;
      state.v1 = key1 ^ 0x646f72616e646f6dL;
      state.v2 = key0 ^ 0x6c7967656e657261L;
      state.v3 = key1 ^ 0x7465646279746573L;
      byte[] padded = new byte[message.length / 8 * 8 + 8];
      System.arraycopy(message, 0, padded, 0, message.length);
      padded[padded.length - 1] = (byte) message.length;
      for (int at = 0; at < padded.length; at += 8) {
        long word = word(padded, at);
        state.v3 ^= word;
        state.rounds(compressions);
        state.v0 ^= word;
      }
      state.v2 ^= 0xff;
      state.rounds(finals);
      return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
    }

    static long word(byte[] bytes, int at) {
      long word = 0;
      for (int i = 7; i >= 0; i--) {
        word = word << 8 | (bytes[at + i] & 0xff);
      }
      return word;
    }

    private void rounds(int count) {
      for (int i = 0; i < count; i++) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13);
        v3 = Long.rotateLeft(v3, 16);
        v1 ^= v0;
        v3 ^= v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17);
        v3 = Long.rotateLeft(v3, 21);
        v1 ^= v2;
        v3 ^= v0;
        v2 = Long.rotateLeft(v2, 32);
      }
    }
  }
}
