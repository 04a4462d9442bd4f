package dev.flowshield.engine.snapshot;

import java.io.IOException;

/** The file is no snapshot, or not a whole one; the message goes on after "snapshot". */
final class MalformedSnapshotException extends IOException {

  private static final long serialVersionUID = 1;

  MalformedSnapshotException(String message) {
    super(message);
  }
}
