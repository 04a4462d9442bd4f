package dev.flowshield.engine.snapshot;

import dev.flowshield.engine.limiter.KeyedLimiter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The file of a snapshot: written whole or not at all, and read whole or not at all.
 *
 * <pre>
 *   magic, version | seed | limiters | checksum of all before it
 * </pre>
 *
 * <p>Both are streamed, and need memory for one part of one table only.
 */
public final class SnapshotFile {

  static final long MAGIC = 0x464c4f57_534e4150L; // FLOWSNAP
  static final int VERSION = 1;
  static final int BUFFER = 1 << 16;

  private SnapshotFile() {}

  /**
   * Writes what the keys of limiters owe. Only the owner may read the file, where the file system
   * knows owners.
   *
   * @param limiters by their names
   * @throws IOException if it cannot be written; a file that was there is as it was then
   */
  public static void write(Path file, Map<String, KeyedLimiter> limiters) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException("snapshot must be a file, got " + file + ": name a file in a folder");
    }
    Path next = Files.createTempFile(folder, ".snapshot", ".tmp", ownerOnly(folder));
    try {
      try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
        write(Channels.newOutputStream(channel), limiters);
        channel.force(true); // before the move, or a power cut may leave an empty file
      }
      Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
    force(folder);
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  @SuppressWarnings("EmptyCatch") // said there
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // Windows opens no folder; the move stands, but a power cut may undo it.
    }
  }

  private static void write(OutputStream to, Map<String, KeyedLimiter> limiters)
      throws IOException {
    CRC32C checksum = new CRC32C();
    OutputStream buffered = new BufferedOutputStream(to, BUFFER);
    DataOutputStream out = new DataOutputStream(new CheckedOutputStream(buffered, checksum));
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    new SnapshotWriter(out).write(limiters);
    out.writeLong(checksum.getValue());
    out.flush();
  }

  /**
   * Reads a file.
   *
   * @param most the most bytes that it may have
   * @throws MalformedSnapshotException if it is no snapshot, or not a whole one
   * @throws IOException if it cannot be read
   */
  static void read(Path file, long most, SnapshotReader.Content content) throws IOException {
    long size = Files.size(file);
    if (size > most) {
      throw new MalformedSnapshotException(
          "must be at most " + most + " bytes for these limits, got " + size);
    }
    CRC32C checksum = new CRC32C();
    try (BufferedInputStream buffered =
            new BufferedInputStream(Files.newInputStream(file), BUFFER);
        DataInputStream in = new DataInputStream(new CheckedInputStream(buffered, checksum))) {
      if (in.readLong() != MAGIC) {
        throw new MalformedSnapshotException("must be written by FlowShield, got another file");
      }
      int version = in.readInt();
      if (version != VERSION) {
        throw new MalformedSnapshotException(
            "must be of version " + VERSION + ", got version " + version);
      }
      new SnapshotReader(in).read(content);
      long expected = checksum.getValue();
      if (in.readLong() != expected || in.read() != -1) {
        throw new MalformedSnapshotException("must be as it was written, got other bytes");
      }
    } catch (EOFException cut) {
      throw new MalformedSnapshotException("must be whole, got the beginning of one");
    }
  }
}
