package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherFactory;

/** A runner of contract tests on a limiter, like the build of a user. */
final class ContractRun {

  private ContractRun() {}

  /** Runs one test, and returns the failed tests with their messages. */
  static Map<String, String> failedTests(Class<?> contract, String method) {
    return failedTests(selectMethod(contract, method));
  }

  /** Runs all tests, and returns the failed tests with their messages. */
  static Map<String, String> failedTests(Class<?> contract) {
    return failedTests(selectClass(contract));
  }

  private static Map<String, String> failedTests(DiscoverySelector selector) {
    Map<String, String> failed = new TreeMap<>();
    List<String> finished = new ArrayList<>();
    launcher().execute(request().selectors(selector).build(), new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest()) {
          finished.add(test.getDisplayName());
        }
        result
            .getThrowable()
            .ifPresent(
                thrown -> failed.put(test.getDisplayName(), String.valueOf(thrown.getMessage())));
      }
    });
    assertThat(finished).isNotEmpty();
    return failed;
  }

  private static Launcher launcher() {
    return LauncherFactory.create(LauncherConfig.builder()
        .enableTestExecutionListenerAutoRegistration(false)
        .enableLauncherSessionListenerAutoRegistration(false)
        .build());
  }
}
