package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimiter;
import dev.flowshield.engine.allowance.AllowancesTest;
import dev.flowshield.engine.allowance.CellsTest;
import dev.flowshield.engine.allowance.StripedAllowanceTest;
import dev.flowshield.engine.allowance.WordsTest;
import dev.flowshield.engine.limiter.AdvanceReservationTest;
import dev.flowshield.engine.limiter.WaitQueueTest;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tests of the lock-free parts against code with a bug: each bug is put into the source, the
 * source is compiled, and the test that stands against it is run on the outcome and has to fail. A
 * check that cannot fail proves nothing.
 */
@Tag("jdk-tools")
class MutantsTest {

  private static final Path SOURCES = Path.of("src/main/java");
  private static final String KEYED = "dev.flowshield.engine.keyed.";
  private static final String ALLOWANCE = "dev.flowshield.engine.allowance.";
  private static final String SEGMENT = KEYED + "Segment";
  private static final String GROWTH = KEYED + "Growth";
  private static final String BUCKETS = KEYED + "Buckets";
  private static final String LIMITER = "dev.flowshield.engine.limiter.";
  private static final String QUEUE = LIMITER + "WaitQueue";
  private static final String LINE = LIMITER + "KeyQueue";
  private static final String TURN = LIMITER + "AdvanceReservation";
  private static final String WORDS = ALLOWANCE + "Words";
  private static final String LEDGER = ALLOWANCE + "Ledger";
  private static final String ALLOWANCES = ALLOWANCE + "Allowances";
  private static final String CLOCK = "dev.flowshield.engine.edges.ClockStepsTest";
  private static final String GIVING_UP = "dev.flowshield.engine.edges.GivingUpTest";
  private static final String CHANGING = "dev.flowshield.engine.edges.ChangingToAndFroTest";
  private static final Class<?> RACES = KeyTableInterleavingTest.class;

  /**
   * A bug, and the test that catches it.
   *
   * @param bug what is wrong
   * @param source the class it is in
   * @param edits pairs of what stands there, exactly once, and what to write instead
   * @param test the class of the test; a nested one after a dollar sign
   * @param method the test
   */
  record Mutant(String bug, String source, List<String> edits, String test, String method) {
    @Override
    public String toString() {
      return bug;
    }
  }

  static Stream<Mutant> mutants() {
    return Stream.of(
        new Mutant(
            "no second look at the fingerprint",
            WORDS,
            List.of("return word == MOVING || fingerprint(at) != owner;", "return word == MOVING;"),
            RACES.getName(),
            "aPermitIsNotTakenFromASlotThatWasPassedOn"),
        new Mutant(
            "no look at the fingerprint after the exchange",
            WORDS,
            List.of(
                "return isOwn(at, owner, falls) ? next : MOVING;\n      }\n      word = found;",
                "return next;\n      }\n      word = found;",
                "return isOwn(at, owner, falls) ? admitted : null;\n      }\n      word = found;",
                "return admitted;\n      }\n      word = found;"),
            RACES.getName(),
            "aPermitIsNotTakenFromAStrangerWhoseWordIsWhatTheKeysWordWas"),
        new Mutant(
            "no search under the lock",
            SEGMENT,
            List.of(
                "if (current.find(hash) != NOWHERE) {\n          return null",
                "if (current.count() == 0) {\n          return null"),
            RACES.getName(),
            "aNewcomerThatAnotherThreadPutInIsNotPutInTwice"),
        new Mutant(
            "a slot is claimed without marking it as moving",
            SEGMENT,
            List.of("if (current.exchange(at, old, Words.MOVING) != old) {", "if (old == 3) {"),
            RACES.getName(),
            "aSlotIsNotPassedOnWhenItsOwnerComesBackFirst"),
        new Mutant(
            "growth copies words without freezing them",
            BUCKETS,
            List.of("copied[at + 1] = freeze(at);", "copied[at + 1] = word(at);"),
            RACES.getName(),
            "aPermitIsNotTakenFromAnArrayThatWasReplaced"),
        new Mutant(
            "a newcomer does not inherit the debt of the overflow",
            SEGMENT,
            List.of(
                "long owed = current.overflowWord(hash);",
                "long owed = current.algorithm().idle(now);"),
            RACES.getName(),
            "aKeyFromTheOverflowBringsItsDebtAlong"),
        new Mutant(
            "under the lock, words are judged idle at the latest reading ever",
            SEGMENT,
            List.of(
                "final class Segment extends Ledger {",
                "final class Segment extends Ledger {\n  private long latest;",
                "        long now = ticker.nanos();\n        long owed = owed(current, hash, now);\n        long word = Words.step",
                "        long now = ticker.nanos();\n        now = latest = now - latest > 0 ? now : latest;\n        long owed = owed(current, hash, now);\n        long word = Words.step"),
            CLOCK,
            "noneOfTenThousandKeysOfAShieldHasASecondBurst"),
        new Mutant(
            "a key whose slot is passed on leaves no trace",
            SEGMENT,
            List.of("      current.forget(current.fingerprint(at), now);", "      "),
            CLOCK,
            "aKeyThatWasForgottenAsIdleOwesWhatItMayHaveOwedThen"),
        new Mutant(
            "a key that growth leaves behind leaves no trace",
            GROWTH,
            List.of("          next.forget(hash, now);\n", ""),
            CLOCK,
            "aKeyThatGrowthLeftBehindOwesWhatItMayHaveOwedThen"),
        new Mutant(
            "a refund in the table is computed as of now while callers wait",
            LEDGER,
            List.of("waits.refundTime(waiter(hash), now)", "now"),
            GIVING_UP,
            "aRefundBelowACallerThatWaitsIsNotServedOnceMore"),
        new Mutant(
            "a refund on one word is computed as of now while callers wait",
            LEDGER,
            List.of("waits.refundTime(waiter(hash), now)", "now"),
            GIVING_UP,
            "aRefundBelowACallerThatWaitsIsNotServedOnceMore"),
        new Mutant(
            "a refund of a striped limit is computed as of now while callers wait",
            LEDGER,
            List.of("waits.refundTime(waiter(hash), now)", "now"),
            GIVING_UP,
            "aRefundOfAHotLimitBelowACallerThatWaitsIsNotServedOnceMore"),
        new Mutant(
            "callers of one allowance are told apart by a hash",
            ALLOWANCE + "StripedAllowance",
            List.of("    return StripedWord.ALL;", "    return hash;"),
            StripedAllowanceTest.class.getName(),
            "aRefundIsComputedAsOfTheTimeOfACallerThatWaitsWhateverHashEitherHas"),
        new Mutant(
            "a waiter that gives up takes its own turn along, and those behind keep theirs",
            LINE,
            List.of(
                "AdvanceReservation turn = requireNonNull(turns.last()); // W1\n      leave",
                "AdvanceReservation turn = turnOf(waiter);\n      leave"),
            WaitQueueTest.class.getName(),
            "neverServesTwoAtATimeThatIsForOne"),
        new Mutant(
            "a caller that waits leaves the cells of a striped limit to others",
            LEDGER,
            List.of("      gather();\n      ahead.stamp", "      ahead.stamp"),
            CellsTest.class.getName() + "$Waiting",
            "isForPermitsThatNobodyElseThenFinds"),
        new Mutant(
            "an undo does not look at refunds",
            LEDGER,
            List.of("refunds.since(ahead.hash, ahead.stamp) == 0 && ", ""),
            KeyTableTest.class.getName() + "$Undoing",
            "isNotForAWordThatCameAgainAfterARefund"),
        new Mutant(
            "falls of words are not counted",
            WORDS,
            List.of("    LONGS.getAndAdd(longs, FALLS, 1L);\n", ""),
            RACES.getName(),
            "aPermitIsNotTakenFromAStrangerWhoseWordIsWhatTheKeysWordWas"),
        new Mutant(
            "a change to the same limit is a change",
            ALLOWANCES,
            List.of(
                "        if (!from.get(changed).equals(to.get(changed))) {\n          all[changed].changeTo(after",
                "        if (changed >= 0) {\n          all[changed].changeTo(after"),
            CHANGING,
            "toTheSameLimitKeepsWhatCanBeGivenBack"),
        new Mutant(
            "a change rounds debts up to whole permits",
            "dev.flowshield.engine.rate.Conversion",
            List.of(
                "if (from instanceof Gcra old && to instanceof Gcra next) {",
                "if (from == to && from instanceof Gcra old && to instanceof Gcra next) {"),
            CHANGING,
            "keepsFractionsOfAPermit"),
        new Mutant(
            "a change forgives what is owed beyond the burst",
            "dev.flowshield.engine.rate.Gcra",
            List.of(
                "if (debt <= from.fullDebt) {",
                "debt = Math.min(debt, from.fullDebt);\n    if (debt <= from.fullDebt) {"),
            CHANGING,
            "leavesThoseThatWaitAndThoseBehindThemNeitherLateNorEarly"),
        new Mutant(
            "strangers are rejected under the lock only",
            SEGMENT,
            List.of("    if (seen.count() < maxBuckets) {", "    if (seen.count() >= 0) {"),
            RACES.getName(),
            "aRejectedStrangerOfAFullTableNeedsNoLock"),
        new Mutant(
            "growth that fails leaves its words frozen",
            BUCKETS,
            List.of("      word(at, frozen.word(at));\n", ""),
            KeyTableTest.class.getName() + "$Growth",
            "thatFailsMidwayLeavesTheTableAsItWas"),
        new Mutant(
            "a word that moves is judged",
            WORDS,
            List.of(
                "return word == MOVING || fingerprint(at) != owner;",
                "return fingerprint(at) != owner;"),
            WordsTest.class.getName() + "$ASlotThatIsNotTheKeys",
            "isLeftAloneWhileItMoves"),
        new Mutant(
            "a rejection counts though the word has changed",
            WORDS,
            List.of("if (next == REJECTED && word == seen) {", "if (next == REJECTED) {"),
            WordsTest.class.getName() + "$ARejection",
            "isJudgedAnewWhenTheWordChangedMeanwhile"),
        new Mutant(
            "the clock is read before the word that gets permits back",
            WORDS,
            List.of(
                "      long word = word(at);\n      long now = ticker.nanos(); // after the word",
                "      long now = ticker.nanos();\n      long word = word(at); //"),
            StripedAllowanceTest.class.getName() + "$GivingBack",
            "readsTheClockAfterTheWordSoThatNothingIsReturnedTwice"),
        new Mutant(
            "what others gave back is not looked at",
            LEDGER,
            List.of("long others = refunds.since(hash, stamp);", "long others = 0;"),
            RACES.getName(),
            "aTakingBehindPermitsThatWereGivenBackIsBackTheEarlier"),
        new Mutant(
            "what is given back is counted before the word falls",
            LEDGER,
            List.of(
                "        refunds.add(hash, permits); // after the fall (B1)\n",
                "",
                "long others = refunds.since(hash, stamp);",
                "refunds.add(hash, permits);\n      long others = refunds.since(hash, stamp) - permits;"),
            RACES.getName(),
            "aTakingBehindPermitsThatFallJustThenKnowsOfTheFall"),
        new Mutant(
            "the clock is read before the word of the table that gets permits back",
            WORDS,
            List.of(
                "      long word = word(at);\n      long now = ticker.nanos(); // after the word",
                "      long now = ticker.nanos();\n      long word = word(at); //"),
            RACES.getName(),
            "whatIsGivenBackIsJudgedByAReadingMadeAfterTheWordWasRead"),
        new Mutant(
            "a change copies words without freezing them",
            SEGMENT,
            List.of("Buckets frozen = old.frozen();", "Buckets frozen = old;"),
            RACES.getName(),
            "aPermitIsNotTakenFromAnArrayWhoseLimitWasChanged"),
        new Mutant(
            "a change keeps words that mean something else by then",
            BUCKETS,
            List.of("conversion.word(word(at), now)", "word(at)"),
            RACES.getName(),
            "aChangeCountsWhatIsOwedInTheNewLimit"),
        new Mutant(
            "what was taken before a change is given back after it",
            SEGMENT,
            List.of("      beginEpoch();\n", ""),
            RACES.getName(),
            "whatWasTakenBeforeAChangeIsNotGivenBackAfterIt"),
        new Mutant(
            "what was reset is given back as well",
            LEDGER,
            List.of("      refunds.beginEpoch(hash); // after, as any fall (B1)\n", ""),
            RACES.getName(),
            "whatWasResetIsNotGivenBackOnceMore"),
        new Mutant(
            "a hot allowance counts what is given back before its word falls",
            LEDGER,
            List.of(
                "        refunds.add(hash, permits); // after the fall (B1)\n",
                "",
                "long others = refunds.since(hash, stamp);",
                "refunds.add(hash, permits);\n      long others = refunds.since(hash, stamp) - permits;"),
            StripedAllowanceTest.class.getName() + "$GivingBack",
            "knowsOfWhatFellJustBeforeTheTaking"),
        new Mutant(
            "a rejection counts though the word that rejected is gone",
            WORDS,
            List.of("if (next == REJECTED && word == seen) {", "if (next == REJECTED) {"),
            WordsTest.class.getName() + "$ARejection",
            "doesNotOutliveTheWordThatRejected"),
        new Mutant(
            "one limit rejects and the others keep what they took",
            ALLOWANCES,
            List.of("      if (rest == null) {", "      if (permits < 0) {"),
            AllowancesTest.class.getName(),
            "givesBackWhatWasTakenBeforeOneRejected"),
        new Mutant(
            "rows that one limit rejects keep what others gave",
            ALLOWANCES,
            List.of("      if (!done) {", "      if (from < 0) {"),
            AllowancesTest.class.getName(),
            "givesBackWhatWasTakenByRowsBeforeOneRejected"),
        new Mutant(
            "a turn that one limit rejects keeps what others gave",
            TURN,
            List.of("      if (!done) {", "      if (permits < 0) {"),
            AdvanceReservationTest.class.getName(),
            "isRefundedWhereALaterLimitRejects"),
        new Mutant(
            "who no longer waits keeps the place",
            QUEUE,
            List.of(
                "line.giveUp(waiter);\n      } finally {\n        count += line.size() - before;",
                "line.giveUp(waiter);\n      } finally {\n        count += 0 * before;"),
            WaitQueueTest.class.getName(),
            "hasAPlaceAgainForEachThatIsCancelled"),
        new Mutant(
            "only a failure frees the place of a caller that waits",
            QUEUE,
            List.of(
                "(decision, failure) -> giveUp(waiter)",
                "(decision, failure) -> { if (failure != null) giveUp(waiter); }"),
            GIVING_UP,
            "byCompletingTheFutureFreesThePlaceAtOnce"),
        new Mutant(
            "a timer for a time that is no more cancels the newest one",
            QUEUE,
            List.of("if (line.alarm().isOf(generation)) {", "if (generation > 0) {"),
            GIVING_UP,
            "whileATimerIsSetLeavesTheNextOneItsOwn"),
        new Mutant(
            "a waiter that is woken before its time is not woken again",
            QUEUE,
            List.of(
                "first != null; first = first(line)) {",
                "first != null && first != last; first = first(line)) {"),
            GIVING_UP,
            "aClockThatStepsBackWhileACallerIsWokenOnlyDelaysIt"),
        new Mutant(
            "a waiter that gives up has all behind undone",
            LINE,
            List.of("if (last.run == waiter.run) {", "if (last == waiter) {"),
            GIVING_UP,
            "inTheOrderOfTheLineCostsNoMoreForALongLine"),
        new Mutant(
            "turns that were undone are not taken again",
            LINE,
            List.of("        takeAgain(next, paid);\n", ""),
            GIVING_UP,
            "whereOthersWantFewerMovesThemUpInTheirOrder"),
        new Mutant(
            "a waiter that gives up leaves its permits to no other",
            LINE,
            List.of("    if (!turn.undo()) {\n      turn.refund();\n    }\n", ""),
            WaitQueueTest.class.getName(),
            "leavesNothingOfThoseWhoGiveUpInWhateverOrder"));
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void areCaught(Mutant mutant) throws ReflectiveOperationException {
    Map<String, byte[]> classes = compile(mutant.source(), edited(mutant));

    assertThatThrownBy(() -> run(mutant, classes)).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void areCaughtForTheirBugAlone(Mutant mutant) throws ReflectiveOperationException {
    Map<String, byte[]> classes = compile(mutant.source(), source(mutant.source()));

    assertThatCode(() -> run(mutant, classes)).doesNotThrowAnyException();
  }

  private static String edited(Mutant mutant) {
    String text = source(mutant.source());
    for (int i = 0; i < mutant.edits().size(); i += 2) {
      String original = mutant.edits().get(i);
      assertThat(text.split(Pattern.quote(original), -1))
          .as("what stands once in %s: %s", mutant.source(), original)
          .hasSize(2);
      text = text.replace(original, mutant.edits().get(i + 1));
    }
    return text;
  }

  private static String source(String name) {
    try {
      return Files.readString(SOURCES.resolve(name.replace('.', '/') + ".java"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void run(Mutant mutant, Map<String, byte[]> classes) throws Throwable {
    ClassLoader mutated = new Mutated(classes);
    Class<?> test = Class.forName(mutant.test(), true, mutated);
    Method method = test.getDeclaredMethod(mutant.method());
    method.setAccessible(true);
    ClassLoader usual = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(mutated); // where limiters are found by name
    try {
      method.invoke(instance(test));
    } catch (InvocationTargetException failed) {
      throw failed.getCause();
    } finally {
      Thread.currentThread().setContextClassLoader(usual);
    }
  }

  /** A test, or a nested test in one of its own. */
  private static Object instance(Class<?> test) throws ReflectiveOperationException {
    Class<?> outer = test.getEnclosingClass();
    Constructor<?> constructor =
        outer == null ? test.getDeclaredConstructor() : test.getDeclaredConstructor(outer);
    constructor.setAccessible(true);
    return outer == null ? constructor.newInstance() : constructor.newInstance(instance(outer));
  }

  private static Map<String, byte[]> compile(String name, String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> written = new HashMap<>();
    StringWriter complaints = new StringWriter();
    StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
    JavaFileManager inMemory = new ForwardingJavaFileManager<>(files) {
      @Override
      public JavaFileObject getJavaFileForOutput(
          Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
        return new SimpleJavaFileObject(uri(className, kind), kind) {
          @Override
          public OutputStream openOutputStream() {
            return written.computeIfAbsent(className, any -> new ByteArrayOutputStream());
          }
        };
      }
    };
    JavaFileObject file =
        new SimpleJavaFileObject(
            uri(name, JavaFileObject.Kind.SOURCE), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    List<String> options = List.of("-proc:none", "-nowarn", "-classpath", whatItIsBuiltOn());
    boolean compiled = compiler
        .getTask(complaints, inMemory, null, options, null, List.of(file))
        .call();
    assertThat(compiled).as("%s", complaints).isTrue();
    Map<String, byte[]> classes = new HashMap<>();
    written.forEach((className, bytes) -> classes.put(className, bytes.toByteArray()));
    return classes;
  }

  private static String whatItIsBuiltOn() {
    return Stream.of(RateLimiter.class, KeyTable.class, Nullable.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .map(place -> Path.of(URI.create(place.toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static URI uri(String className, JavaFileObject.Kind kind) {
    return URI.create("memory:///" + className.replace('.', '/') + kind.extension);
  }

  /** All of FlowShield and its tests once more, with some classes replaced. */
  private static final class Mutated extends ClassLoader {

    private final Map<String, byte[]> replaced;

    Mutated(Map<String, byte[]> replaced) {
      super(MutantsTest.class.getClassLoader());
      this.replaced = replaced;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("dev.flowshield.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        byte[] bytes = bytes(name);
        return defineClass(name, bytes, 0, bytes.length);
      }
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
      byte[] mutated = replaced.get(name);
      if (mutated != null) {
        return mutated;
      }
      try (@Nullable
          InputStream original =
              getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (original == null) {
          throw new ClassNotFoundException(name);
        }
        return original.readAllBytes();
      } catch (IOException failure) {
        throw new ClassNotFoundException(name, failure);
      }
    }
  }
}
