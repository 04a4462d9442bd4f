package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.HttpShield;
import java.util.Map;

/** The values of settings: the name of one, and what stands behind the first {@code =}. */
class SettingsFuzzTest {

  @FuzzTest
  void areTakenOrRejected(byte[] input) {
    String setting = new String(input, UTF_8);
    int end = setting.indexOf('=');
    String name = end < 0 ? "per-client" : setting.substring(0, end);
    if (name.equals("store")) {
      return; // a store that is opened connects: StoreAddressFuzzTest reads addresses alone
    }
    Trial.atStart(
        setting.substring(end + 1),
        Trial.orRejects(value -> HttpShield.fromConfiguration(Map.of(name, value))));
  }
}
