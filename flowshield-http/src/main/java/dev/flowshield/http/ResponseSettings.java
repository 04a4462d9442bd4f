package dev.flowshield.http;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link HttpShieldBuilder} sets for the answers to rejections.
 *
 * @param overloadStatus the status where the server is full
 * @param headers when the headers of the draft are sent
 * @param legacyHeaders which of the older headers are sent
 * @param body the body unless the client asks for another
 * @param crossOrigin the web pages elsewhere that may read the answers
 * @param renderer the application's own, null if it has none
 * @param clock for the headers that name a time of day
 */
record ResponseSettings(
    int overloadStatus,
    HeaderMode headers,
    LegacyHeaders legacyHeaders,
    BodyFormat body,
    CrossOrigin crossOrigin,
    @Nullable RejectionRenderer renderer,
    InstantSource clock) {}
