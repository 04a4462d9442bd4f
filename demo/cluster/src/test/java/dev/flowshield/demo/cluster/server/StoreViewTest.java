package dev.flowshield.demo.cluster.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StoreViewTest {

  @Test
  void isReadAsItWasWritten() {
    StoreView view = new StoreView(false, 1_234_567, 4, 89);

    assertThat(StoreView.parse(view.line())).isEqualTo(view);
  }
}
