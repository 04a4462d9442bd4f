package dev.flowshield.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.asyncDispatch;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import dev.flowshield.testkit.ManualTicker;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The filter in tests of applications, which have Spring's mock of a container. */
class SpringMockMvcTest {

  @RestController
  static class Routes {

    @GetMapping("/hello")
    String hello() {
      return "hello";
    }

    @GetMapping("/later")
    Callable<String> later() {
      return () -> "later";
    }
  }

  private final HttpShield shield = HttpShield.builder()
      .perClient("2/h")
      .operations(o -> o.ticker(ManualTicker.atZero()))
      .build();
  private final MockMvc mvc = MockMvcBuilders.standaloneSetup(new Routes())
      .addFilters(new FlowShieldFilter(shield))
      .build();

  @Test
  void admitsUpToTheLimitAndRejectsTheNext() throws Exception {
    for (int i = 0; i < 2; i++) {
      assertThat(ask("/hello").getContentAsString()).isEqualTo("hello");
    }
    assertThat(ask("/hello").getStatus()).isEqualTo(429);
    MockHttpServletResponse rejection =
        mvc.perform(post("/hello").content("a body")).andReturn().getResponse();
    assertThat(rejection.getStatus()).isEqualTo(429);
    assertThat(rejection.getContentAsString()).contains("\"limit\":2,");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void admitsWorkThatGoesOnAsynchronously() throws Exception {
    MvcResult begun = mvc.perform(get("/later")).andReturn();
    assertThat(begun.getAsyncResult()).isEqualTo("later");

    MvcResult ended = mvc.perform(asyncDispatch(begun)).andReturn();

    assertThat(ended.getResponse().getContentAsString()).isEqualTo("later");
    assertThat(shield.stats().admitted()).isEqualTo(1);
    assertThat(shield.stats().inFlight()).isZero();
  }

  private MockHttpServletResponse ask(String path) throws Exception {
    return mvc.perform(get(path)).andReturn().getResponse();
  }
}
