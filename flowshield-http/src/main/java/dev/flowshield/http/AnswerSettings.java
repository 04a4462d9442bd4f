package dev.flowshield.http;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link HttpShieldBuilder} sets for the answers to rejections.
 *
 * @param overloadStatus the status where the server is full
 * @param fields when the fields of the draft are sent
 * @param legacyFields which of the older fields are sent
 * @param body the body unless the client asks for another
 * @param crossOrigin the web pages elsewhere that may read the answers
 * @param renderer the application's own, null if it has none
 * @param clock for the fields that name a time of day
 */
record AnswerSettings(
    int overloadStatus,
    FieldsMode fields,
    LegacyFields legacyFields,
    BodyFormat body,
    CrossOrigin crossOrigin,
    @Nullable RejectionRenderer renderer,
    InstantSource clock) {}
