package dev.flowshield.http.answer;

/** The kinds of bodies that a rejection may have. */
enum BodyKind {
  /** A JSON object of FlowShield's own. */
  JSON("application/json"),
  /** The problem details of RFC 9457. */
  PROBLEM("application/problem+json"),
  /** A page that counts the wait down and then reloads itself. */
  HTML("text/html; charset=utf-8"),
  /** The page for requests that must not be repeated unasked. It waits for its button. */
  HTML_WITH_BUTTON("text/html; charset=utf-8"),
  /** One line of text. */
  TEXT("text/plain; charset=utf-8");

  private final String contentType;

  BodyKind(String contentType) {
    this.contentType = contentType;
  }

  /** Returns the value of Content-Type. */
  String contentType() {
    return contentType;
  }

  /** Returns whether the body is a page. */
  boolean isPage() {
    return this == HTML || this == HTML_WITH_BUTTON;
  }
}
