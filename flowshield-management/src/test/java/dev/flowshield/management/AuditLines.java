package dev.flowshield.management;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The lines of the audit log since it was made. */
final class AuditLines extends Handler implements AutoCloseable {

  private final Logger log = Logger.getLogger("dev.flowshield.audit"); // held, or it is collected
  private final List<String> lines = new ArrayList<>();

  AuditLines() {
    log.setUseParentHandlers(false);
    log.addHandler(this);
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord line) {
    if (line.getLevel().equals(Level.INFO)) {
      lines.add(line.getMessage());
    }
  }

  @Override
  public void flush() {
    // nothing is buffered
  }

  @Override
  public void close() {
    log.removeHandler(this);
  }
}
