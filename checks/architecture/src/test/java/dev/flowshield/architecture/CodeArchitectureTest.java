package dev.flowshield.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static dev.flowshield.architecture.Violations.assertFinds;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import dev.flowshield.engine.fixture.Logs;
import dev.flowshield.fixture.Changeable;
import dev.flowshield.fixture.LimiterUtil;
import dev.flowshield.fixture.Locks;
import dev.flowshield.fixture.Measures;
import dev.flowshield.fixture.OpenToAll;
import dev.flowshield.fixture.Prints;
import dev.flowshield.fixture.ReadsAClock;
import dev.flowshield.fixture.StartsThreads;
import dev.flowshield.fixture.Waits;
import dev.flowshield.fixture.impl.OfAKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Rules for every class, in any package. */
class CodeArchitectureTest {

  private static final ArchRule NULL_MARKED = classes()
      .should(beInANullMarkedPackage())
      .because("a null that is not declared is a fault that is not found; on the class path only"
          + " the mark on the package counts");

  private static final ArchRule TIME_COMES_IN = noClasses()
      .that()
      .doNotHaveFullyQualifiedName("dev.flowshield.SystemTicker")
      .should()
      .accessTargetWhere(
          describe("it reads a clock of the machine", CodeArchitectureTest::readsAClock))
      .because("tests turn the time by hand: it comes in through a Ticker or an InstantSource");

  private static final ArchRule NO_SYNCHRONIZED_METHODS = methods()
      .should()
      .notHaveModifier(SYNCHRONIZED)
      .because(
          "before Java 24, a virtual thread that waits in a synchronized method holds on to its"
              + " carrier thread");

  private static final ArchRule NO_SYNCHRONIZED_BLOCKS = classes()
      .should(enterNoMonitor())
      .because("before Java 24, a virtual thread that waits in a synchronized block holds on to its"
          + " carrier thread");

  private static final ArchRule NO_WAITING = noClasses()
      .should()
      .accessTargetWhere(describe("it waits for time to pass", CodeArchitectureTest::waits))
      .orShould()
      .dependOnClassesThat()
      .areAssignableTo(ThreadLocal.class)
      .because("the thread is the caller's, perhaps an event loop or one of a million virtual ones:"
          + " it must not be held up, and nothing may be left behind in it");

  private static final ArchRule NO_THREADS = noClasses()
      .that()
      .resideOutsideOfPackage("dev.flowshield.testkit..") // tests may start threads
      .should()
      .accessTargetWhere(describe("it makes a thread", CodeArchitectureTest::makesAThread))
      .orShould()
      .dependOnClassesThat()
      .belongToAnyOf(Executors.class, ThreadPoolExecutor.class, ForkJoinPool.class, Timer.class)
      .because("a library with threads of its own must be stopped, and keeps a container from"
          + " letting go of the application");

  private static final ArchRule NO_STANDARD_STREAMS = noClasses()
      .should(ACCESS_STANDARD_STREAMS)
      .because("the streams of the process are the application's");

  private static final ArchRule LOGGING_IN_NO_LIMITER = noClasses()
      .that()
      .resideInAnyPackage("dev.flowshield", "dev.flowshield.spi..", "dev.flowshield.engine..")
      .should()
      .dependOnClassesThat()
      .areAssignableTo(System.Logger.class)
      .because(
          "a rejection must stay cheaper than the work; what happened is counted, not written");

  private static final ArchRule NO_LOGGING_LIBRARY = noClasses()
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage(
          "java.util.logging..",
          "org.slf4j..",
          "org.apache.logging..",
          "org.apache.commons.logging..",
          "org.jboss.logging..",
          "ch.qos.logback..")
      .because("the application chooses who logs; System.Logger goes there");

  private static final ArchRule NO_METRICS_LIBRARY = noClasses()
      .that()
      .resideOutsideOfPackage("dev.flowshield.micrometer..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage(
          "io.micrometer..",
          "io.opentelemetry..",
          "io.prometheus..",
          "io.dropwizard.metrics..",
          "com.codahale.metrics..",
          "org.eclipse.microprofile.metrics..")
      .because("an application that does not measure must not need it");

  private static final ArchRule NO_STATIC_STATE = fields()
      .that()
      .areStatic()
      .should()
      .beFinal()
      .because("two shields in one process, or two tests, must know nothing of each other");

  private static final Set<String> OPEN_ROOMS = Set.of(
      "dev.flowshield.http.binding", "dev.flowshield.http.exchange", "dev.flowshield.http.spi");

  private static final ArchRule CLOSED_TYPES = classes()
      .that()
      .arePublic()
      .and(describe("users can see", CodeArchitectureTest::isExported))
      .should(beClosed())
      .because("whatever users can extend can never change; they extend interfaces made for it");

  private static final ArchRule TELLING_NAMES = noClasses()
      .should()
      .haveNameMatching(
          ".*[.$](\\w*[a-z0-9])?(Impl|Abstract|Base|Util(s|ity|ities)?|Helper|Manager)([A-Z0-9]\\w*)?")
      .because("a name says what is different about a class, not what kind of thing it is");

  private static final ArchRule TELLING_PACKAGES = noClasses()
      .should()
      .resideInAnyPackage(
          "..impl..",
          "..internal..",
          "..util..",
          "..utils..",
          "..helper..",
          "..common..",
          "..model..",
          "..exception..",
          "..exceptions..")
      .because("a package is a concept, and a reader who looks for one must find it");

  private static final JavaClasses FLOWSHIELD = Published.allClasses();

  @Test
  void everyPackageSaysWhereNullMayBe() {
    NULL_MARKED.check(FLOWSHIELD);
  }

  @Test
  void aPackageThatDoesNotSayIsFound() {
    assertFinds(NULL_MARKED, OpenToAll.class);
  }

  @Test
  void timeComesInThroughTheTicker() {
    TIME_COMES_IN.check(FLOWSHIELD);
  }

  @Test
  void everyWayToReadAClockIsFound() {
    assertFinds(
        TIME_COMES_IN,
        ReadsAClock.Nanos.class,
        ReadsAClock.ByReference.class,
        ReadsAClock.Millis.class,
        ReadsAClock.OfTheWall.class,
        ReadsAClock.OfTheCalendar.class);
  }

  @Test
  void noMethodIsSynchronized() {
    NO_SYNCHRONIZED_METHODS.check(FLOWSHIELD);
  }

  @Test
  void aSynchronizedMethodIsFound() {
    assertFinds(NO_SYNCHRONIZED_METHODS, Locks.WithAMethod.class);
  }

  @Test
  void noBlockIsSynchronized() {
    NO_SYNCHRONIZED_BLOCKS.check(FLOWSHIELD);
  }

  @Test
  void aSynchronizedBlockIsFound() {
    assertFinds(NO_SYNCHRONIZED_BLOCKS, Locks.WithABlock.class, Locks.WithABlockInALambda.class);
  }

  @Test
  void nothingWaitsAndNothingIsLeftInAThread() {
    NO_WAITING.check(FLOWSHIELD);
  }

  @Test
  void everyWayToWaitOrToMarkAThreadIsFound() {
    assertFinds(
        NO_WAITING,
        Waits.InSleep.class,
        Waits.InSleepOfAUnit.class,
        Waits.ForAThread.class,
        Waits.OnAMonitor.class,
        Waits.LeavesAMark.class);
  }

  @Test
  void noThreadIsMade() {
    NO_THREADS.check(FLOWSHIELD);
  }

  @Test
  void everyWayToMakeAThreadIsFound() {
    assertFinds(
        NO_THREADS,
        StartsThreads.OneByOne.class,
        StartsThreads.OfAClassOfItsOwn.class,
        StartsThreads.InAPool.class,
        StartsThreads.OnATimer.class);
  }

  @Test
  void nothingWritesToTheStandardStreams() {
    NO_STANDARD_STREAMS.check(FLOWSHIELD);
  }

  @Test
  void aWriteToAStandardStreamIsFound() {
    assertFinds(NO_STANDARD_STREAMS, Prints.class, Prints.Traces.class);
  }

  @Test
  void apiAndEngineLogNothing() {
    LOGGING_IN_NO_LIMITER.check(FLOWSHIELD);
  }

  @Test
  void aLoggerInTheEngineIsFound() {
    assertFinds(LOGGING_IN_NO_LIMITER, Logs.class);
  }

  @Test
  void nothingNeedsALoggingLibrary() {
    NO_LOGGING_LIBRARY.check(FLOWSHIELD);
  }

  @Test
  void aLoggingLibraryIsFound() {
    assertFinds(NO_LOGGING_LIBRARY, Logs.WithALibrary.class, Logs.WithTheOneOfTheJdk.class);
  }

  @Test
  void nothingNeedsAMetricsLibrary() {
    NO_METRICS_LIBRARY.check(FLOWSHIELD);
  }

  @Test
  void aMetricsLibraryIsFound() {
    assertFinds(NO_METRICS_LIBRARY, Measures.class);
  }

  @Test
  void staticFieldsAreFinal() {
    NO_STATIC_STATE.check(FLOWSHIELD);
  }

  @Test
  void aStaticFieldThatIsNotFinalIsFound() {
    assertFinds(NO_STATIC_STATE, Changeable.class);
  }

  @Test
  void publicTypesAreClosedOrInterfaces() {
    CLOSED_TYPES.check(FLOWSHIELD);
  }

  @Test
  void aPublicClassThatAnyoneCanExtendIsFound() {
    assertFinds(CLOSED_TYPES, OpenToAll.class, OpenToAll.AndHalfDone.class);
  }

  @Test
  void namesSayWhatIsDifferent() {
    TELLING_NAMES.check(FLOWSHIELD);
  }

  @Test
  void aNameThatSaysOnlyTheKindIsFound() {
    assertFinds(
        TELLING_NAMES,
        LimiterUtil.class,
        LimiterUtil.AbstractLimiter.class,
        LimiterUtil.BaseLimiter.class,
        LimiterUtil.LimiterImpl.class,
        LimiterUtil.ManagerOfLimiters.class,
        LimiterUtil.Helper.class);
  }

  @Test
  void packagesAreConcepts() {
    TELLING_PACKAGES.check(FLOWSHIELD);
  }

  @Test
  void aPackageNamedAfterAKindIsFound() {
    assertFinds(TELLING_PACKAGES, OfAKind.class);
  }

  private static boolean readsAClock(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    return switch (owner) {
      case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
      case "java.util.Date", "java.util.GregorianCalendar" -> name.equals("<init>");
      case "java.util.Calendar" -> name.equals("getInstance");
      default -> owner.startsWith("java.time.") && name.equals("now");
    };
  }

  private static boolean waits(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    return switch (access.getName()) {
      case "sleep" -> owner.isAssignableTo(Thread.class) || owner.isEquivalentTo(TimeUnit.class);
      case "join" -> owner.isAssignableTo(Thread.class);
      case "wait", "notify", "notifyAll" -> owner.isEquivalentTo(Object.class);
      default -> false;
    };
  }

  private static boolean makesAThread(JavaAccess<?> access) {
    return access.getTargetOwner().isAssignableTo(Thread.class)
        && Set.of("<init>", "start", "startVirtualThread", "ofVirtual", "ofPlatform")
            .contains(access.getName());
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return condition(
        "be in a package that is @NullMarked",
        "is in a package that is not",
        describe("", type -> type.getPackage().isAnnotatedWith(NullMarked.class)));
  }

  private static ArchCondition<JavaClass> beClosed() {
    return condition(
        "be final, sealed, a record, an enum or an interface",
        "can be extended by anyone",
        describe(
            "",
            type -> type.isInterface()
                || type.isEnum()
                || type.getModifiers().contains(FINAL)
                || type.reflect().isSealed()));
  }

  private static ArchCondition<JavaClass> enterNoMonitor() {
    return condition(
        "have no synchronized block",
        "has a synchronized block",
        describe("", type -> !hasSynchronizedBlock(type)));
  }

  private static ArchCondition<JavaClass> condition(
      String description, String otherwise, DescribedPredicate<JavaClass> holds) {
    return new ArchCondition<>(description) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!holds.test(type)) {
          events.add(violated(type, type.getName() + " " + otherwise));
        }
      }
    };
  }

  private static boolean isExported(JavaClass type) {
    String home = type.getPackageName();
    return OPEN_ROOMS.contains(home)
        || !(home.startsWith("dev.flowshield.engine.") || home.startsWith("dev.flowshield.http."));
  }

  /**
   * Returns whether a class has a synchronized block. Only an instruction of the byte code shows
   * it: MONITORENTER.
   */
  private static boolean hasSynchronizedBlock(JavaClass type) {
    boolean[] found = new boolean[1];
    ClassVisitor everyMethod = new ClassVisitor(Opcodes.ASM9) {
      @Override
      public MethodVisitor visitMethod(
          int access, String name, String descriptor, String signature, String[] exceptions) {
        return new MethodVisitor(Opcodes.ASM9) {
          @Override
          public void visitInsn(int opcode) {
            found[0] |= opcode == Opcodes.MONITORENTER;
          }
        };
      }
    };
    try (InputStream bytes = type.getSource().orElseThrow().getUri().toURL().openStream()) {
      new ClassReader(bytes).accept(everyMethod, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return found[0];
  }
}
