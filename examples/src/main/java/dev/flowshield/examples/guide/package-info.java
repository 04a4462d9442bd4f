/**
 * A small class for each question of {@code docs/guide.md} about limiters, shields and web
 * applications. Start with the page; {@code GuideTest}, {@code ShieldGuideTest} and
 * {@code WebAppTest} run each class and assert the promises of the page. Whole programs are in
 * {@link dev.flowshield.examples}.
 */
@NullMarked
package dev.flowshield.examples.guide;

import org.jspecify.annotations.NullMarked;
