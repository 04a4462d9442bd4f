package dev.flowshield.demo.overload.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** A C compiler of this machine. */
record CCompiler(Path program) {

  private static final List<String> NAMES = List.of("gcc", "cc");
  private static final Pattern SEPARATOR = Pattern.compile(File.pathSeparator, Pattern.LITERAL);
  private static final String SOURCE = "/openload.c";

  /**
   * Finds a compiler.
   *
   * @param path directories, in the form of the environment variable {@code PATH}
   */
  static Optional<CCompiler> find(String path) {
    return NAMES.stream()
        .flatMap(name -> SEPARATOR.splitAsStream(path).map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(CCompiler::new)
        .findFirst();
  }

  /**
   * Compiles the load client.
   *
   * @param directory for the source and the program
   * @throws IOException with the message of the compiler if it fails
   */
  Path compile(Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path source = directory.resolve("openload.c");
    Path compiled = directory.resolve("openload");
    try (InputStream text =
        Objects.requireNonNull(CCompiler.class.getResourceAsStream(SOURCE), SOURCE)) {
      Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Process process = new ProcessBuilder(
            program.toString(), "-O2", "-o", compiled.toString(), source.toString(), "-lm")
        .redirectErrorStream(true)
        .start();
    List<String> said;
    try {
      said = process.inputReader(UTF_8).lines().toList();
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
    if (process.waitFor() != 0) {
      throw new IOException(said.isEmpty() ? "it did not say why" : said.get(0));
    }
    return compiled;
  }
}
