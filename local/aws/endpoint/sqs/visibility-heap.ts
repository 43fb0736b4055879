import type { Message } from './message.ts';

interface Slot {
  readonly at: number;
  readonly message: Message;
}

/**
 * Binary heap of invisible messages by the instant they become visible. A message may have several slots; only the one
 * that still equals its `visibleAt` counts, which makes deleting and extending O(1).
 */
export class VisibilityHeap {
  #slots: Slot[] = [];

  get size(): number {
    return this.#slots.length;
  }

  /** The next instant at which something may become visible. */
  nextAt(): number | undefined {
    return this.#slots[0]?.at;
  }

  push(message: Message): void {
    const slots = this.#slots;
    const slot: Slot = { at: message.visibleAt, message };
    let index = slots.push(slot) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = slots[parent] as Slot;
      if (above.at <= slot.at) break;
      slots[index] = above;
      index = parent;
    }
    slots[index] = slot;
  }

  /** Takes the first slot that is due, stale or not. */
  popDue(now: number): Slot | undefined {
    const slots = this.#slots;
    const first = slots[0];
    if (first === undefined || first.at > now) return undefined;
    const last = slots.pop() as Slot;
    if (slots.length > 0) this.#sink(last);
    return first;
  }

  clear(): void {
    this.#slots = [];
  }

  #sink(slot: Slot): void {
    const slots = this.#slots;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= slots.length) break;
      if (child + 1 < slots.length && (slots[child + 1] as Slot).at < (slots[child] as Slot).at) child++;
      const below = slots[child] as Slot;
      if (below.at >= slot.at) break;
      slots[index] = below;
      index = child;
    }
    slots[index] = slot;
  }
}
