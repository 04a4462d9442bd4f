package dev.flowshield.demo.overload.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientChoiceTest {

  private static final String LINUX = "Linux";

  @TempDir
  private Path bin;

  @TempDir
  private Path target;

  @Test
  void measuresInJavaWithoutACompiler() throws Exception {
    ClientChoice choice = ClientChoice.choose(LINUX, bin.toString(), target);

    assertThat(choice.client()).isInstanceOf(JavaClients.class);
    assertThat(choice.sentence())
        .isEqualTo("Measured by the open-loop client in Java; the one in C needs gcc or cc, and"
            + " neither was found.");
  }

  @Test
  void measuresInJavaOnOtherSystems() throws Exception {
    compiler("gcc", "exit 0");

    ClientChoice choice = ClientChoice.choose("Mac OS X", bin.toString(), target);

    assertThat(choice.client()).isInstanceOf(JavaClients.class);
    assertThat(choice.sentence()).endsWith("the one in C needs Linux, and this is Mac OS X.");
  }

  @Test
  void measuresInJavaIfTheCompilerFails() throws Exception {
    compiler("gcc", "echo no headers; exit 1");

    ClientChoice choice = ClientChoice.choose(LINUX, bin.toString(), target);

    assertThat(choice.client()).isInstanceOf(JavaClients.class);
    assertThat(choice.sentence()).endsWith("the one in C could not be compiled: no headers.");
  }

  @Test
  void measuresInCWithACompilerOfAnyName() throws Exception {
    compiler("cc", "exit 0");

    ClientChoice choice = ClientChoice.choose(LINUX, "/nowhere:" + bin, target);

    assertThat(choice.client()).isEqualTo(new OpenLoad(target.resolve("openload")));
    assertThat(choice.sentence()).isEqualTo("Measured by an open-loop client in C.");
    assertThat(target.resolve("openload.c")).content().contains("int main(");
  }

  @Test
  void prefersGcc() throws Exception {
    compiler("cc", "exit 0");
    compiler("gcc", "exit 0");

    assertThat(CCompiler.find(bin.toString())).contains(new CCompiler(bin.resolve("gcc")));
  }

  private void compiler(String name, String script) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
