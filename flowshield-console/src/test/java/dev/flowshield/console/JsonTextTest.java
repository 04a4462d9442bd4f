package dev.flowshield.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** JSON by hand, read by a library. */
class JsonTextTest {

  private static JsonNode read(JsonText json) throws IOException {
    return new ObjectMapper().readTree(json.endObject().toString());
  }

  @Test
  void keepsEveryCharacter() throws IOException {
    for (int c = 0; c <= 0xffff; c++) {
      String text = "a" + (char) c + "b";
      assertThat(read(new JsonText().object().put("t", text)).get("t").asText()).isEqualTo(text);
    }
  }

  @Test
  void hasNothingThatHtmlWouldRead() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 0x100; c++) {
      all.append(c);
    }
    assertThat(new JsonText().object().put("t", all.toString()).endObject().toString())
        .matches("[ -~]*")
        .doesNotContain("<", ">", "&", "'");
  }

  @Test
  void shortensLongTexts() throws IOException {
    assertThat(
            read(new JsonText().object().put("t", "x".repeat(100_000))).get("t").asText())
        .isEqualTo("x".repeat(512) + "…");
  }

  @Test
  void hasNumbersThatJsonCannotStateAsNull() throws IOException {
    JsonNode read = read(new JsonText()
        .object()
        .put("nan", Double.NaN)
        .put("infinite", Double.POSITIVE_INFINITY)
        .put("tenth", 1234.56)
        .put("least", Long.MIN_VALUE)
        .put("no", null)
        .put("yes", true)
        .list("empty")
        .endList()
        .list("some")
        .add(1)
        .add("two")
        .endList()
        .object("inner")
        .endObject());

    assertThat(read.toString())
        .isEqualTo("{\"nan\":null,\"infinite\":null,\"tenth\":1234.6,"
            + "\"least\":-9223372036854775808,\"no\":null,\"yes\":true,\"empty\":[],"
            + "\"some\":[1,\"two\"],\"inner\":{}}");
  }
}
