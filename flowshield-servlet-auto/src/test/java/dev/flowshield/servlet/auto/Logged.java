package dev.flowshield.servlet.auto;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The log of FlowShield and Tomcat while this is open, kept off the console. */
final class Logged extends Handler implements AutoCloseable {

  private final List<Logger> loggers =
      List.of(Logger.getLogger("dev.flowshield"), Logger.getLogger("org.apache"));
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  Logged() {
    for (Logger each : loggers) {
      each.setUseParentHandlers(false); // applications fail deliberately
      each.addHandler(this);
    }
  }

  /** Returns the messages of FlowShield. */
  List<String> lines() {
    return records.stream()
        .map(LogRecord::getMessage)
        .filter(line -> line.startsWith("FlowShield"))
        .toList();
  }

  /** Returns the messages of all failures, with their causes. */
  List<String> failures() {
    List<String> messages = new ArrayList<>();
    records.forEach(each -> messages.addAll(failures(each.getThrown())));
    return messages;
  }

  /** Returns the messages of a failure and its causes. */
  static List<String> failures(@Nullable Throwable thrown) {
    List<String> messages = new ArrayList<>();
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      messages.add(String.valueOf(each.getMessage()));
    }
    return messages;
  }

  @Override
  public void publish(LogRecord each) {
    records.add(each);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    for (Logger each : loggers) {
      each.removeHandler(this);
      each.setUseParentHandlers(true);
    }
  }
}
