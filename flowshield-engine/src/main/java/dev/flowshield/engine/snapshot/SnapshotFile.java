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
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
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

  private static final String END = ".tmp";
  private static final int MOST_LINKS = 40;
  private static final Duration LONGEST_WRITE = Duration.ofMinutes(10); // one takes seconds

  private SnapshotFile() {}

  /**
   * Writes the debts of the keys of limiters. Only the owner may read the file, if the file system
   * knows owners. If the file is a symbolic link, writes the file that it leads to.
   *
   * @param limiters by their names
   * @throws IOException if it cannot be written; a file that was there is as it was then
   */
  public static void write(Path file, Map<String, KeyedLimiter> limiters) throws IOException {
    Path target = followed(file);
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException("snapshot must be a file, got " + file + ": name a file in a folder");
    }
    deleteAbandoned(target, limiters.values());
    Path next = Files.createTempFile(folder, beginning(target), END, ownerOnly(folder));
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

  private static Path followed(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MOST_LINKS) {
        throw new IOException("snapshot must be a file, got " + file
            + ", a symbolic link that leads to too many others: correct the link");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  private static String beginning(Path target) {
    return "." + target.getFileName() + ".";
  }

  /**
   * Deletes the files that a process has left that was killed while it wrote. Each holds the secret
   * seed. A younger one may still be written by another process.
   */
  @SuppressWarnings("EmptyCatch") // said there
  static void deleteAbandoned(Path file, Collection<KeyedLimiter> limiters) throws IOException {
    Path target = followed(file);
    Path folder = target.getParent();
    if (folder == null || limiters.isEmpty()) {
      return;
    }
    String beginning = beginning(target);
    Instant now = limiters.iterator().next().spec().instantSource().instant();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, path -> {
      String name = path.getFileName().toString();
      return name.startsWith(beginning) && name.endsWith(END);
    })) {
      for (Path each : all) {
        if (Files.getLastModifiedTime(each).toInstant().plus(LONGEST_WRITE).isBefore(now)) {
          Files.deleteIfExists(each);
        }
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      // A save or a load has a reason of its own to fail, if it does.
    }
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
      // Windows opens no folder; the move is done, but a power cut may undo it.
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
    if (!Files.isRegularFile(file)) { // a pipe would be waited for
      throw new MalformedSnapshotException("must be a regular file, got another kind of file");
    }
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
