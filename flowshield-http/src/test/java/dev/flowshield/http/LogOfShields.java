package dev.flowshield.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What is logged by shields while this is open. */
final class LogOfShields extends Handler implements AutoCloseable {

  private final Logger logger = Logger.getLogger("dev.flowshield.http");
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  LogOfShields() {
    logger.setLevel(Level.ALL); // other tests may have turned off what is above
    logger.addHandler(this);
  }

  List<String> lines() {
    return records.stream().map(LogRecord::getMessage).toList();
  }

  List<String> warnings() {
    return records.stream()
        .filter(each -> each.getLevel().equals(Level.WARNING))
        .map(LogRecord::getMessage)
        .toList();
  }

  @Override
  public void publish(LogRecord each) {
    if (each.getLoggerName().equals(logger.getName())) { // not what shields of earlier tests reject
      records.add(each);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setLevel(null);
  }
}
