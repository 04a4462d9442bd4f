package com.example.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The BOM as it is published: whatever it lists or inherits reaches everyone who imports it. */
class BomTest {

  @Test
  void hasNoParent() throws Exception {
    assertEquals(0, bom().getElementsByTagName("parent").getLength());
  }

  @Test
  void listsTheModulesOfFlowShieldAndNothingElse() throws Exception {
    assertEquals(publishedModules(), managed(bom()));
  }

  private static Document bom() throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(Path.of(System.getProperty("bom")).toFile());
  }

  private static Set<String> managed(Document bom) {
    NodeList dependencies = bom.getElementsByTagName("dependency");
    return IntStream.range(0, dependencies.getLength())
        .mapToObj(at -> (Element) dependencies.item(at))
        .map(dependency -> text(dependency, "groupId") + ":" + text(dependency, "artifactId"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(Element dependency, String name) {
    return dependency.getElementsByTagName(name).item(0).getTextContent();
  }

  // A published module is a folder "flowshield-..." at the top with code in it.
  private static Set<String> publishedModules() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of(System.getProperty("modules")))) {
      Set<String> modules = folders
          .filter(folder ->
              Files.exists(folder.resolve("pom.xml")) && Files.exists(folder.resolve("src")))
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.startsWith("flowshield-"))
          .map(name -> "dev.flowshield:" + name)
          .collect(Collectors.toCollection(TreeSet::new));
      assertTrue(modules.size() >= 7, () -> "modules seen: " + modules);
      return modules;
    }
  }
}
