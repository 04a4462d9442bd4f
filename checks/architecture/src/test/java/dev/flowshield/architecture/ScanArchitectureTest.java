package dev.flowshield.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.File;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Checks of the scan itself, because a scan that sees no classes proves nothing. */
class ScanArchitectureTest {

  @Test
  void theRulesSeeEveryModule() {
    assertThat(Published.seenIn(Published.allClasses()))
        .containsExactlyInAnyOrder(Published.values());
  }

  @Test
  void aModuleThatIsNotSeenIsMissed() {
    assertThat(Published.seenIn(Published.HTTP.classes())).containsExactly(Published.HTTP);
  }

  @ParameterizedTest
  @EnumSource
  void everyModuleHasMoreThanTheDescriptionsOfItsPackages(Published module) {
    assertThat(module.classes())
        .extracting(JavaClass::getSimpleName)
        .anyMatch(name -> !name.equals("package-info"));
  }

  @Test
  void theFixturesAreNotAmongTheClassesThatAreScanned() {
    assertThat(Published.allClasses())
        .extracting(JavaClass::getPackageName)
        .noneMatch(name -> name.contains("fixture"));
  }

  @Test
  void everyModuleThatIsPublishedIsScanned() throws Exception {
    assertThat(Arrays.stream(Published.values()).map(Published::artifact))
        .containsExactlyInAnyOrderElementsOf(publishedByTheBuild());
  }

  /**
   * Returns the modules of the project, without checks and programs, and without the BOM, which has
   * no code.
   */
  private static Set<String> publishedByTheBuild() throws Exception {
    Document pom = DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new File(System.getProperty("flowshield.directory"), "pom.xml"));
    NodeList modules = pom.getElementsByTagName("module");
    Set<String> published = new TreeSet<>(); // profiles may name a module again
    for (int i = 0; i < modules.getLength(); i++) {
      String module = modules.item(i).getTextContent();
      if (module.startsWith("flowshield-") && !module.equals("flowshield-bom")) {
        published.add(module);
      }
    }
    return published;
  }
}
