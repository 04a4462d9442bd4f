package dev.flowshield.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.http.client.Networks;

/** Lists of networks. */
class NetworksFuzzTest {

  @FuzzTest
  void areReadOrRejected(byte[] input) {
    String list = Trial.header(input);
    Trial.inTime(list, Trial.orRejects(Networks::parse));
    Trial.orRejects(NetworksFuzzTest::assertReadsTheSameAgain).accept(list);
  }

  private static void assertReadsTheSameAgain(String list) {
    Networks networks = Networks.parse(list);
    Networks again = Networks.parse(networks.toString());
    assertThat(again).hasToString(networks.toString());
    assertThat(again.broad()).isEqualTo(networks.broad());
  }
}
