package dev.flowshield.engine.limiter;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list whose elements carry the links, so that an element is removed in constant
 * time and nothing is allocated.
 *
 * <p>Not thread-safe.
 */
final class IntrusiveList<N extends IntrusiveList.Node<N>> {

  /** An element, of one chain at a time. */
  abstract static class Node<N extends Node<N>> {
    @Nullable
    N previous;

    @Nullable
    N next;
  }

  private @Nullable N first;
  private @Nullable N last;

  @Nullable
  N first() {
    return first;
  }

  @Nullable
  N last() {
    return last;
  }

  boolean isEmpty() {
    return first == null;
  }

  void addLast(N node) {
    N before = last;
    node.previous = before;
    node.next = null;
    if (before == null) {
      first = node;
    } else {
      before.next = node;
    }
    last = node;
  }

  void remove(N node) {
    N before = node.previous;
    N after = node.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    node.previous = null;
    node.next = null;
  }
}
