package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every defect is found by the test that is meant to find it, and the message says so. */
class DefectsTest {

  /**
   * A defect, the test of the contract to run, the test that has to fail, and what its message
   * says.
   */
  private record Hunt(Class<?> defect, String test, String fails, String says) {}

  @TestFactory
  Stream<DynamicTest> findsEveryDefect() {
    return Stream.of(
            hunt(
                Defects.ChecksThenActs.class,
                "threadsGetOneBurstTogether",
                "judge and take in one step"),
            hunt(
                Defects.RefillsWhenTimeStepsBack.class,
                "aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth",
                "a step back is no refill"),
            hunt(
                Defects.RefillsWhenTimeStepsBack.class,
                "neverAdmitsMoreWhenTheTickerStepsBack",
                "permits used of key"),
            hunt(
                Defects.StartsAnewWhenTimeStepsBack.class,
                "aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth",
                "a step back is no refill"),
            hunt(
                Defects.StartsAnewWhenTimeStepsBack.class,
                "neverAdmitsMoreWhenTheTickerStepsBack",
                "permits used of key"),
            hunt(
                Defects.StandsStillAfterTheWrap.class,
                "neverAdmitsMoreWhereTheTickerWrapsAround",
                "the count wraps around"),
            hunt(
                Defects.AdmitsANanosecondEarly.class, "neverAdmitsMoreThanTheWorstCase", "must be"),
            hunt(Defects.AdmitsANanosecondEarly.class, "tellsTheShortestWaitThatHelps", "must be"),
            hunt(
                Defects.TellsAWaitThatIsTooLong.class,
                "tellsTheShortestWaitThatHelps",
                "tell the shortest"),
            hunt(
                Defects.LosesAPartOfTheTime.class,
                "admitsTheWholeRateInTheLongRunAndNoMore",
                "keep fractions of a permit"),
            hunt(
                Defects.IsTooSlowInTheLongRun.class,
                "admitsTheWholeRateInTheLongRunAndNoMore",
                "the rate is below the limit"),
            hunt(
                Defects.IsTooFastInTheLongRun.class,
                "admitsTheWholeRateInTheLongRunAndNoMore",
                "must be at"),
            hunt(Defects.PunishesWhoAsks.class, "aRejectionTakesNothing", "rejections take none"),
            hunt(
                Defects.TellsWhatRemainedBefore.class,
                "tellsExactlyWhatRemains",
                "what is left after the taking"),
            hunt(
                Defects.TellsTooLittleRemains.class,
                "tellsExactlyWhatRemains",
                "no more than what remains can be taken"),
            hunt(
                Defects.TellsKeysApartByHashCode.class,
                "keysAreIndependent",
                "compare keys, not hashes"),
            hunt(
                Defects.SharesASmallTable.class,
                "keysAreIndependent",
                "a key that is as good as new"),
            hunt(
                Defects.ForgetsSpentKeysWhenFull.class,
                "neverForgivesASpentKeyInAFlood",
                "a spent key is never forgotten"),
            hunt(Defects.NeverMakesRoom.class, "letsNewcomersInAfterAFlood", "can make room"),
            hunt(
                Defects.GrowsForEver.class,
                "holdsNoMoreKeysThanItMay",
                "keys held after 200000 came by"),
            hunt(
                Defects.CutsPermitsOff.class,
                "rejectsPermitsThatCanNeverBeHad",
                "IllegalArgumentException"),
            hunt(Defects.TriesForOneOnly.class, "allWaysToAskAgree", "tryAcquire must be"),
            hunt(
                Defects.GivesBackTwice.class,
                "reserves",
                "givesNothingBackThatCameBackByItself",
                "must be"),
            hunt(
                Defects.GivesBackWhatStoodBefore.class,
                "reserves",
                "forgivesNothingInWhateverOrderReservationsAreSettled",
                "must be"),
            hunt(
                Defects.NeverGivesBack.class,
                "reserves",
                "givesBackWhatWasNotUsed",
                "what was not used is given back"),
            hunt(
                Defects.NeverGivesBack.class,
                "waits",
                "givesThePermitsOfACancelledWaitBack",
                "the wait was cancelled"),
            hunt(
                Defects.NeverGivesBack.class,
                "waits",
                "givesThePermitsOfAnInterruptedThreadBack",
                "the thread was interrupted"),
            hunt(Defects.LetsOthersIn.class, "waits", "letsNobodyInBeforeThoseWhoWait", "wait"),
            hunt(
                Defects.LetsOthersIn.class,
                "waits",
                "servesFirstWhoCameFirst",
                "first come, first served"),
            hunt(
                Defects.LetsAnyNumberWait.class, "waits", "letsNoMoreWaitThanMayWait", "maxQueued"),
            hunt(
                Defects.TakesToLook.class,
                "isOperated",
                "looksWithoutTaking",
                "looking takes nothing"),
            hunt(
                Defects.ResetsEveryone.class,
                "isOperated",
                "resetsAKeyAndNoOther",
                "another key was reset"),
            hunt(
                Defects.ForgetsOnChange.class,
                "isOperated",
                "keepsTheStateOfKeysInProportion",
                "as large a part"),
            hunt(
                Defects.DoesNothingInstead.class,
                "isOperated",
                "resetIsUnsupported",
                "UnsupportedOperationException"),
            hunt(
                Defects.TakesOfSome.class,
                "keepsSeveral",
                "takesOfAllLimitsOrOfNone",
                "takes nothing of the others"),
            hunt(
                EdgeDefects.TakesForgottenKeysForNew.class,
                "aStepBackForgivesNothingHoweverManyKeysCome",
                "may owe again"),
            hunt(
                EdgeDefects.PutsOffWhoAsksAfterAStepBack.class,
                "aStepBackOnlyDelaysWhatComesBack",
                "the ticker has caught up"),
            hunt(
                EdgeDefects.GivesUpWhenCancelledOnly.class,
                "waits",
                "freesThePlaceAndThePermitsHoweverAWaiterGivesUp",
                "by whatever completes the future"),
            hunt(
                EdgeDefects.LeavesThoseBehindWhereTheyAre.class,
                "waits",
                "movesUpTheWaitersBehindOneThatGivesUp",
                "they move up"),
            hunt(
                EdgeDefects.ShiftsTheEndWhereAChargeWasMade.class,
                "waits",
                "servesNoTwoBurstsAtOnceWhereATrueCostWasCharged",
                "permits used of key"),
            hunt(
                EdgeDefects.ShiftsTheEndBelowAWaiter.class,
                "waits",
                "servesNoRefundTwiceThatIsMadeWhileCallersWait",
                "permits used of key"),
            hunt(
                EdgeDefects.LosesAWaiterThatIsWokenEarly.class,
                "waits",
                "delaysAWaiterWhenTheTickerStepsBackAsItIsWoken",
                "let it wait for the rest"),
            hunt(
                EdgeDefects.LosesAWaiterThatIsWokenEarly.class,
                "survivesItsTicker",
                "wakingAWaiterWorksAfterTheTickerHasThrown",
                "must not lose it"),
            hunt(
                EdgeDefects.RoundsUpWheneverTheLimitIsSet.class,
                "isOperated",
                "aChangeToTheSameLimitIsNone",
                "round nothing"),
            hunt(
                EdgeDefects.RoundsUpAtEachChange.class,
                "isOperated",
                "changesToAndFroStarveNoKey",
                "fractions of a permit"),
            hunt(
                EdgeDefects.ConvertsNothingWhereTheBurstStays.class,
                "isOperated",
                "changesToAndFroInOneInstantMakeNoPermits",
                "whatever the rate is"),
            hunt(
                EdgeDefects.KeepsItsLockWhenTheTickerThrows.class,
                "survivesItsTicker",
                "peekWorksAfterTheTickerHasThrown",
                "unlock in a finally block"),
            hunt(
                EdgeDefects.TakesAPlaceBeforeTheTimer.class,
                "survivesItsTicker",
                "acquireAsyncWorksAfterTheTickerHasThrown",
                "must be"))
        .map(hunt -> dynamicTest(
            hunt.defect.getSimpleName() + " by " + hunt.fails, () -> requireFound(hunt)));
  }

  private static Hunt hunt(Class<?> defect, String fails, String says) {
    return new Hunt(defect, fails, fails + "()", says);
  }

  private static Hunt hunt(Class<?> defect, String factory, String fails, String says) {
    return new Hunt(defect, factory, fails, says);
  }

  private static void requireFound(Hunt hunt) {
    Map<String, String> failed = ContractRun.failedTests(hunt.defect, hunt.test);

    assertThat(failed).containsKey(hunt.fails);
    assertThat(failed.get(hunt.fails))
        .contains(" must be ", ", got ", hunt.says, "seed " + Trial.SEED);
  }

  @Test
  void findsNothingInALimiterThatIsRight() {
    assertThat(ContractRun.failedTests(ExactLimiterContractTest.class, "waits")).isEmpty();
    assertThat(ContractRun.failedTests(ExactLimiterContractTest.class, "tellsExactlyWhatRemains"))
        .isEmpty();
  }
}
