package dev.flowshield.http;

import org.jspecify.annotations.Nullable;

/**
 * What the shields that have admitted a request have left at it, the last one first. Most requests
 * meet one shield: for them its admission alone is the mark.
 *
 * @param admitted the admission of the last shield
 * @param before what the others have left; null if there are none
 */
record AdmissionChain(HttpAdmitted admitted, @Nullable AdmissionChain before) {

  /** The mark of a request; null if no shield has admitted it. */
  static @Nullable AdmissionChain of(RequestView request) {
    Object mark = request.mark();
    return mark instanceof HttpAdmitted only
        ? new AdmissionChain(only, null)
        : mark instanceof AdmissionChain several ? several : null;
  }

  /** Leaves an admission at a request, before the mark that is there. */
  static void leave(RequestView request, HttpAdmitted admitted, @Nullable AdmissionChain before) {
    request.mark(before == null ? admitted : new AdmissionChain(admitted, before));
  }

  /** The shield that was the last to admit it. */
  HttpShield shield() {
    return admitted.shield();
  }

  /** Whether a shield has admitted it. */
  boolean isOf(HttpShield sought) {
    for (AdmissionChain mark = this; mark != null; mark = mark.before) {
      if (mark.shield() == sought) {
        return true;
      }
    }
    return false;
  }
}
