package dev.flowshield.architecture;

import static java.util.stream.Collectors.toSet;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The published modules, at their places on the class path of these tests: as jars, or as
 * directories until they are packaged.
 */
enum Published {
  API("flowshield-api", "dev.flowshield"),
  ENGINE("flowshield-engine", "dev.flowshield.engine"),
  HTTP("flowshield-http", "dev.flowshield.http"),
  SERVLET("flowshield-servlet", "dev.flowshield.servlet"),
  SERVLET_AUTO("flowshield-servlet-auto", "dev.flowshield.servlet.auto"),
  VERTX("flowshield-vertx", "dev.flowshield.vertx"),
  UNDERTOW("flowshield-undertow", "dev.flowshield.undertow"),
  CONSOLE("flowshield-console", "dev.flowshield.console"),
  REDIS("flowshield-redis", "dev.flowshield.redis"),
  MICROMETER("flowshield-micrometer", "dev.flowshield.micrometer"),
  MANAGEMENT("flowshield-management", "dev.flowshield.management"),
  TESTKIT("flowshield-testkit", "dev.flowshield.testkit");

  private final String artifact;
  private final URI place;

  Published(String artifact, String mainPackage) {
    this.artifact = artifact;
    this.place = place(mainPackage);
  }

  String artifact() {
    return artifact;
  }

  /**
   * Returns the classes of this module, without classes of a package of the same name in these
   * tests.
   */
  JavaClasses classes() {
    return new ClassFileImporter().importLocations(Set.of(Location.of(place)));
  }

  /** Returns the classes of all modules. */
  static JavaClasses allClasses() {
    return new ClassFileImporter()
        .importLocations(
            Arrays.stream(values()).map(module -> Location.of(module.place)).collect(toSet()));
  }

  /** Returns the modules that contain at least one of these classes. */
  static Set<Published> seenIn(JavaClasses classes) {
    Set<URI> sources = classes.stream()
        .flatMap(type -> type.getSource().stream())
        .map(source -> source.getUri())
        .collect(toSet());
    return Arrays.stream(values())
        .filter(module -> sources.stream().anyMatch(module::contains))
        .collect(toSet());
  }

  /**
   * Returns the modules with a descriptor: all except that of Undertow, which requires a server
   * without a stable module name.
   */
  static List<Published> named() {
    return Stream.of(values()).filter(module -> module != UNDERTOW).toList();
  }

  ModuleReference reference() {
    return ModuleFinder.of(Path.of(place)).findAll().iterator().next();
  }

  ModuleDescriptor descriptor() {
    return reference().descriptor();
  }

  /**
   * Returns whether a class belongs to this module. A class has the form file:///directory/… or
   * jar:file:/…/name.jar!/…, its place file:/directory/ or file:/…/name.jar.
   */
  private boolean contains(URI source) {
    return source.toString().contains(Path.of(place).toString());
  }

  private static URI place(String mainPackage) {
    try { // every package has this class, because NullMarked is retained at run time
      return Class.forName(mainPackage + ".package-info")
          .getProtectionDomain()
          .getCodeSource()
          .getLocation()
          .toURI();
    } catch (ClassNotFoundException | URISyntaxException missing) {
      throw new IllegalStateException(
          "package " + mainPackage + " must be on the class path of these tests", missing);
    }
  }
}
