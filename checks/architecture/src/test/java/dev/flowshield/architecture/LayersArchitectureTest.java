package dev.flowshield.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.flowshield.architecture.Violations.assertFinds;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import dev.flowshield.engine.fixture.AsksAStore;
import dev.flowshield.engine.fixture.PublicForNobody;
import dev.flowshield.engine.fixture.ReachesUp;
import dev.flowshield.fixture.cycle.one.Egg;
import dev.flowshield.fixture.cycle.two.Hen;
import dev.flowshield.servlet.fixture.ReachesAcross;
import dev.flowshield.servlet.fixture.ReachesThrough;
import dev.flowshield.spi.RateLimiterEngine;
import dev.flowshield.spi.RateLimiterProvider;
import dev.flowshield.spi.fixture.NeedsALibrary;
import dev.flowshield.testkit.fixture.KnowsTheEngine;
import org.junit.jupiter.api.Test;

/** Rules for the dependencies between modules and packages. */
class LayersArchitectureTest {

  private static final ArchRule LAYERS = layeredArchitecture()
      .consideringOnlyDependenciesInLayers()
      .withOptionalLayers(true) // ScanArchitectureTest checks that each exists
      .layer("api")
      .definedBy("dev.flowshield", "dev.flowshield.spi..")
      .layer("engine")
      .definedBy("dev.flowshield.engine..")
      .layer("http")
      .definedBy("dev.flowshield.http..")
      .layer("servlet")
      .definedBy("dev.flowshield.servlet..")
      .layer("vertx")
      .definedBy("dev.flowshield.vertx..")
      .layer("undertow")
      .definedBy("dev.flowshield.undertow..")
      .layer("console")
      .definedBy("dev.flowshield.console..")
      .layer("redis")
      .definedBy("dev.flowshield.redis..")
      .layer("micrometer")
      .definedBy("dev.flowshield.micrometer..")
      .layer("management")
      .definedBy("dev.flowshield.management..")
      .layer("testkit")
      .definedBy("dev.flowshield.testkit..")
      .whereLayer("api")
      .mayNotAccessAnyLayer()
      .whereLayer("engine")
      .mayOnlyBeAccessedByLayers("http", "micrometer", "management", "console")
      .whereLayer("http")
      .mayOnlyBeAccessedByLayers(
          "servlet", "vertx", "undertow", "micrometer", "management", "console")
      .whereLayer("servlet")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("vertx")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("undertow")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("console")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("redis")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("micrometer")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("management")
      .mayNotBeAccessedByAnyLayer()
      .whereLayer("testkit")
      .mayNotBeAccessedByAnyLayer()
      .ensureAllClassesAreContainedInArchitecture()
      .because(
          "one module has one reason to change: uses go from bindings to http to engine to api,"
              + " a binding and the views of operators know nothing of one another, and limits are tested without the engine");

  private static final ArchRule LETTUCE_IN_REDIS_ALONE = noClasses()
      .that()
      .resideOutsideOfPackage("dev.flowshield.redis..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("io.lettuce..", "io.netty..", "reactor..")
      .because("an application without a store must need no client of one");

  private static final ArchRule API_ALONE = classes()
      .that()
      .resideInAnyPackage("dev.flowshield", "dev.flowshield.spi..")
      .should()
      .onlyDependOnClassesThat()
      .resideInAnyPackage("java..", "org.jspecify..", "dev.flowshield", "dev.flowshield.spi..")
      .because("the users and authors of limiters must need nothing but the JDK");

  private static final ArchRule NO_CYCLES = slices()
      .matching("dev.flowshield.(**)")
      .should()
      .beFreeOfCycles()
      .ignoreDependency(
          resideInAPackage("dev.flowshield.http"), resideInAPackage("dev.flowshield.http.spi"))
      .because("packages that need one another are one package; only a package and its spi, whose"
          + " objects it is given, may know each other; the root package is in no slice");

  private static final ArchRule PUBLIC_FOR_SOMEBODY = classes()
      .that()
      .resideInAnyPackage("dev.flowshield.engine.*..", "dev.flowshield.http.*..")
      .and()
      .arePublic()
      .and(describe(
          "are no providers",
          type -> !type.isAssignableTo(RateLimiterProvider.class)
              && !type.isAssignableTo(RateLimiterEngine.class)))
      .should(beUsedByAnotherPackage())
      .because("in a package that is not exported, public says: another package calls this;"
          + " all else is free to change");

  private static final JavaClasses FLOWSHIELD = Published.allClasses();

  @Test
  void usesGoFromBindingsToHttpToEngineToApi() {
    LAYERS.check(FLOWSHIELD);
  }

  @Test
  void aUseAgainstTheArrowsIsFound() {
    assertFinds(
        LAYERS, ReachesUp.class, ReachesAcross.class, ReachesThrough.class, KnowsTheEngine.class);
  }

  @Test
  void aPackageThatIsInNoLayerIsFound() {
    assertFinds(LAYERS, Egg.class);
  }

  @Test
  void theApiNeedsNothingButTheJdk() {
    API_ALONE.check(FLOWSHIELD);
  }

  @Test
  void aLibraryBehindTheApiIsFound() {
    assertFinds(API_ALONE, NeedsALibrary.class);
  }

  @Test
  void nothingButTheStoreNeedsItsClient() {
    LETTUCE_IN_REDIS_ALONE.check(FLOWSHIELD);
  }

  @Test
  void aClientOfAStoreInAnotherModuleIsFound() {
    assertFinds(LETTUCE_IN_REDIS_ALONE, AsksAStore.class);
  }

  @Test
  void packagesHaveNoCycles() {
    NO_CYCLES.check(FLOWSHIELD);
  }

  @Test
  void aCycleIsFound() {
    assertFinds(NO_CYCLES, Egg.class, Hen.class);
  }

  @Test
  void insideAModulePublicIsWhatAnotherPackageCalls() {
    PUBLIC_FOR_SOMEBODY.check(FLOWSHIELD);
  }

  @Test
  void aClassThatIsPublicForNobodyIsFound() {
    assertFinds(PUBLIC_FOR_SOMEBODY, PublicForNobody.class);
  }

  private static ArchCondition<JavaClass> beUsedByAnotherPackage() {
    return new ArchCondition<>("be used by another package") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (type.getDirectDependenciesToSelf().stream()
            .allMatch(use -> use.getOriginClass().getPackage().equals(type.getPackage()))) {
          events.add(violated(type, type.getName() + " is used by no other package"));
        }
      }
    };
  }
}
