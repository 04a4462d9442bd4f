package dev.flowshield.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static dev.flowshield.architecture.Violations.assertFinds;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import dev.flowshield.http.fixture.ShowsTooMuch;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules for the module descriptors, and a check that they suffice for users of the modules. */
class ModulesArchitectureTest {

  private static final String SERVICES = "META-INF/services/";

  @Test
  void theApiNeedsNothingAndIsOpenToProviders() {
    assertThat(linesOf(Published.API))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.api",
            "requires static org.jspecify",
            "exports dev.flowshield",
            "exports dev.flowshield.spi",
            "uses dev.flowshield.spi.LimitStoreProvider",
            "uses dev.flowshield.spi.RateLimiterEngine",
            "uses dev.flowshield.spi.RateLimiterProvider");
  }

  @Test
  void theEngineExportsOnePackageAndProvidesLimiters() {
    assertThat(linesOf(Published.ENGINE))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.engine",
            "requires transitive dev.flowshield.api",
            "requires static org.jspecify",
            "exports dev.flowshield.engine",
            "provides dev.flowshield.spi.RateLimiterEngine with"
                + " [dev.flowshield.engine.limiter.KeyTableEngine]",
            "provides dev.flowshield.spi.RateLimiterProvider with"
                + " [dev.flowshield.engine.limiter.FixedWindowProvider,"
                + " dev.flowshield.engine.limiter.SlidingWindowProvider,"
                + " dev.flowshield.engine.limiter.TokenBucketProvider]");
  }

  @Test
  void httpNeedsNoServer() {
    assertThat(linesOf(Published.HTTP))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.http",
            "requires transitive dev.flowshield.engine",
            "requires static java.management",
            "requires static jdk.management",
            "requires static org.jspecify",
            "exports dev.flowshield.http",
            "exports dev.flowshield.http.binding",
            "exports dev.flowshield.http.exchange",
            "exports dev.flowshield.http.spi",
            "uses dev.flowshield.http.spi.ConsoleProvider");
  }

  @Test
  void theConsoleIsFoundByTheShieldAndByNobodyElse() {
    assertThat(linesOf(Published.CONSOLE))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.console",
            "requires dev.flowshield.http",
            "requires static org.jspecify",
            "provides dev.flowshield.http.spi.ConsoleProvider with"
                + " [dev.flowshield.console.ShieldConsoleProvider]");
  }

  @Test
  void theServletBindingNeedsTheServletApi() {
    assertThat(linesOf(Published.SERVLET))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.servlet",
            "requires transitive dev.flowshield.http",
            "requires transitive jakarta.servlet",
            "requires static org.jspecify",
            "exports dev.flowshield.servlet");
  }

  @Test
  void theAutomaticFilterIsFoundByContainersAndByNobodyElse() {
    assertThat(linesOf(Published.SERVLET_AUTO))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.servlet.auto",
            "requires dev.flowshield.servlet",
            "requires static org.jspecify",
            "provides jakarta.servlet.ServletContainerInitializer with"
                + " [dev.flowshield.servlet.auto.FlowShieldInitializer]");
  }

  @Test
  void theVertxBindingNeedsVertxWeb() {
    assertThat(linesOf(Published.VERTX))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.vertx",
            "requires transitive dev.flowshield.http",
            "requires transitive io.vertx.core",
            "requires transitive io.vertx.web",
            "requires io.vertx.auth.common",
            "requires static org.jspecify",
            "exports dev.flowshield.vertx");
  }

  @Test
  void theStoreNeedsItsClientAndNoEngine() {
    assertThat(linesOf(Published.REDIS))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.redis",
            "requires transitive dev.flowshield.api",
            "requires transitive lettuce.core",
            "requires static org.jspecify",
            "exports dev.flowshield.redis",
            "provides dev.flowshield.spi.LimitStoreProvider with"
                + " [dev.flowshield.redis.provider.RedisStoreProvider]",
            "provides dev.flowshield.spi.RateLimiterProvider with"
                + " [dev.flowshield.redis.provider.RedisLimiterProvider]");
  }

  @Test
  void theMetricsNeedMicrometerAndNoServer() {
    assertThat(linesOf(Published.MICROMETER))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.micrometer",
            "requires transitive dev.flowshield.http",
            "requires transitive micrometer.core",
            "requires static org.jspecify",
            "exports dev.flowshield.micrometer");
  }

  @Test
  void managementNeedsTheJdkAloneAndHttpOnlyForAShieldOverHttp() {
    assertThat(linesOf(Published.MANAGEMENT))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.management",
            "requires transitive dev.flowshield.engine",
            "requires static dev.flowshield.http",
            "requires java.management",
            "requires jdk.jfr",
            "requires static org.jspecify",
            "exports dev.flowshield.management");
  }

  @Test
  void theTestkitNeedsTheApiAndJUnitAndNoEngine() {
    assertThat(linesOf(Published.TESTKIT))
        .containsExactlyInAnyOrder(
            "module dev.flowshield.testkit",
            "requires transitive dev.flowshield.api",
            "requires transitive org.junit.jupiter.api",
            "requires org.opentest4j",
            "requires static org.jspecify",
            "exports dev.flowshield.testkit",
            "uses dev.flowshield.spi.RateLimiterProvider");
  }

  /**
   * The name is written when the jar is packaged. The projects in checks/consumers require it by
   * that name.
   */
  @Test
  void theUndertowBindingHasAStableNameWithoutADescriptor() throws Exception {
    File pom = new File(System.getProperty("flowshield.directory"), "flowshield-undertow/pom.xml");

    assertThat(DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(pom)
            .getElementsByTagName("Automatic-Module-Name")
            .item(0)
            .getTextContent())
        .isEqualTo("dev.flowshield.undertow");
    assertThat(Published.UNDERTOW.classes().stream().map(JavaClass::getSimpleName))
        .doesNotContain("module-info");
  }

  static Stream<Published> named() {
    return Published.named().stream();
  }

  @ParameterizedTest
  @MethodSource("named")
  void theClassPathFindsTheProvidersThatTheModulePathFinds(Published module) throws IOException {
    Map<String, List<String>> provides = module.descriptor().provides().stream()
        .collect(toMap(ModuleDescriptor.Provides::service, ModuleDescriptor.Provides::providers));

    assertThat(servicesOf(module)).isEqualTo(provides);
  }

  static Stream<Published> exporting() {
    return named().filter(module -> !exportedBy(module.descriptor()).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("exporting")
  void whatIsExportedShowsOnlyWhatUsersSee(Published module) {
    shows(module).check(module.classes());
  }

  @Test
  void whatUsersCannotSeeIsFound() {
    ArchRule rule = classes().should(showOnlyWhatUsersSeeOf(Published.HTTP));

    assertFinds(
        rule,
        ShowsTooMuch.OfThePackagesBehind.class,
        ShowsTooMuch.OfAModuleOfTheJdk.class,
        ShowsTooMuch.OfALibrary.class,
        ShowsTooMuch.InATypeArgument.class,
        ShowsTooMuch.InAnArray.class,
        ShowsTooMuch.InABound.class,
        ShowsTooMuch.InAThrowsClause.class,
        ShowsTooMuch.ByItsParent.class,
        ShowsTooMuch.ToThoseWhoExtendIt.class);
  }

  private static ArchRule shows(Published module) {
    Set<String> exported = exportedBy(module.descriptor());
    return classes()
        .that()
        .resideInAnyPackage(exported.toArray(String[]::new))
        .and()
        .arePublic()
        .should(showOnlyWhatUsersSeeOf(module))
        .because("a module that requires " + module.descriptor().name()
            + " must be able to name every type it shows, without requiring more");
  }

  private static ArchCondition<JavaClass> showOnlyWhatUsersSeeOf(Published module) {
    Set<String> seen = seenByUsersOf(module);
    return new ArchCondition<>(
        "show only what users of %s see", module.descriptor().name()) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        shown(type)
            .map(JavaClass::getBaseComponentType)
            .distinct()
            .filter(shown -> !shown.isPrimitive() && !isVisible(shown, seen))
            .forEach(hidden ->
                events.add(violated(type, type.getName() + " shows " + hidden.getName())));
      }
    };
  }

  /**
   * Returns the types in the signatures of a type, without annotations, which may be missing at run
   * time.
   */
  private static Stream<JavaClass> shown(JavaClass type) {
    List<JavaType> shown = new ArrayList<>(type.getInterfaces());
    type.getSuperclass().ifPresent(shown::add);
    shown.addAll(type.getTypeParameters());
    return Stream.concat(
        shown.stream().flatMap(each -> each.getAllInvolvedRawTypes().stream()),
        type.getMembers().stream()
            .filter(member ->
                member.getModifiers().contains(PUBLIC) || member.getModifiers().contains(PROTECTED))
            .flatMap(ModulesArchitectureTest::shown));
  }

  private static Stream<JavaClass> shown(JavaMember member) {
    Stream<JavaClass> shown = member.getAllInvolvedRawTypes().stream();
    return member instanceof JavaCodeUnit codeUnit
        ? Stream.concat(shown, codeUnit.getExceptionTypes().stream())
        : shown;
  }

  private static boolean isVisible(JavaClass type, Set<String> seen) {
    ModuleDescriptor home = moduleOf(type.reflect());
    return seen.contains(home.name())
        && (home.isAutomatic() || exportedBy(home).contains(type.getPackageName()));
  }

  /**
   * Returns the module, the modules that it requires transitively, and the modules that every
   * module reads. An optional module of ours is seen too: only users who require it call the
   * methods that show its types.
   */
  private static Set<String> seenByUsersOf(Published module) {
    Set<String> seen = new HashSet<>(Set.of("java.base"));
    seen.add(module.descriptor().name());
    module.descriptor().requires().stream()
        .filter(required -> required.modifiers().contains(Modifier.TRANSITIVE)
            || (required.modifiers().contains(Modifier.STATIC)
                && required.name().startsWith("dev.flowshield.")))
        .map(ModuleDescriptor.Requires::name)
        .forEach(required -> {
          seen.add(required);
          Published.named().stream()
              .filter(other -> other.descriptor().name().equals(required))
              .forEach(other -> seen.addAll(seenByUsersOf(other)));
        });
    return seen;
  }

  /** Returns the module of a class on the module path. */
  private static ModuleDescriptor moduleOf(Class<?> type) {
    if (type.getModule().isNamed()) {
      return type.getModule().getDescriptor();
    }
    try {
      Path place =
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      return ModuleFinder.of(place).findAll().iterator().next().descriptor();
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Set<String> exportedBy(ModuleDescriptor module) {
    Set<String> exported = new HashSet<>();
    module.exports().stream()
        .filter(export -> !export.isQualified())
        .forEach(export -> exported.add(export.source()));
    return exported;
  }

  /** Returns the lines of the descriptor as written, without additions of the compiler. */
  private static List<String> linesOf(Published published) {
    ModuleDescriptor module = published.descriptor();
    List<String> lines = new ArrayList<>();
    lines.add((module.isOpen() ? "open module " : "module ") + module.name());
    module.requires().stream()
        .filter(required -> !required.modifiers().contains(Modifier.MANDATED))
        .forEach(
            required -> lines.add("requires " + words(required.modifiers()) + required.name()));
    module.exports().forEach(export -> lines.add("exports " + export));
    module.opens().forEach(opens -> lines.add("opens " + opens));
    module.uses().forEach(service -> lines.add("uses " + service));
    module.provides().forEach(provides -> lines.add("provides " + provides));
    return lines;
  }

  private static String words(Set<Modifier> modifiers) {
    StringBuilder words = new StringBuilder();
    modifiers.stream()
        .sorted()
        .forEach(word -> words.append(word.name().toLowerCase(Locale.ROOT)).append(' '));
    return words.toString();
  }

  private static Map<String, List<String>> servicesOf(Published module) throws IOException {
    Map<String, List<String>> services = new TreeMap<>();
    try (ModuleReader reader = module.reference().open()) {
      reader
          .list()
          .filter(name -> name.startsWith(SERVICES) && !name.endsWith("/"))
          .forEach(name -> services.put(name.substring(SERVICES.length()), lines(reader, name)));
    }
    return services;
  }

  private static List<String> lines(ModuleReader reader, String name) {
    try {
      String text =
          StandardCharsets.UTF_8.decode(reader.read(name).orElseThrow()).toString();
      return Arrays.stream(text.split("\n")).filter(line -> !line.isBlank()).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
