/** An instant at which something may be due. Only the timer's owner decides whether it still is. */
export interface Timer {
  readonly dueMs: number;
  readonly executionArn: string;
  /** `undefined`: the execution as a whole. */
  readonly branch: number | undefined;
}

/** Binary heap of timers by their moment. Timers are never taken out early: one that no longer counts is skipped. */
export class DueTimers {
  #timers: Timer[] = [];

  peek(): Timer | undefined {
    return this.#timers[0];
  }

  push(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = timers[parent] as Timer;
      if (above.dueMs <= timer.dueMs) break;
      timers[index] = above;
      index = parent;
    }
    timers[index] = timer;
  }

  pop(): Timer | undefined {
    const timers = this.#timers;
    const first = timers[0];
    const last = timers.pop();
    if (last !== undefined && timers.length > 0) this.#sink(last);
    return first;
  }

  clear(): void {
    this.#timers = [];
  }

  #sink(timer: Timer): void {
    const timers = this.#timers;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= timers.length) break;
      if (child + 1 < timers.length && (timers[child + 1] as Timer).dueMs < (timers[child] as Timer).dueMs)
        child++;
      const below = timers[child] as Timer;
      if (below.dueMs >= timer.dueMs) break;
      timers[index] = below;
      index = child;
    }
    timers[index] = timer;
  }
}
