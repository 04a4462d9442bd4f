package dev.flowshield.engine;

/**
 * A client that was refused often, and how often: an estimate, made from a sample.
 *
 * @param client stands for the client's key, 16 hex digits; the same as long as the shield lives, another with the next. Where the owner
 *     asked to see keys: the key's first 64 characters. That is text the client chose: escape it before it goes to a log or a page
 * @param refusals how often, rather too low than too high: by at most one in 128 of all refusals, and by what chance does to the sample of
 *     one in 64, which is seldom more than {@code 16 * sqrt(refusals)} either way
 */
public record RefusedClient(String client, long refusals) {}
