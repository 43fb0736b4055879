/** The requests that are left under each of several quotas, in their order, until they begin anew. */
export interface Left {
  readonly remaining: readonly (number | undefined)[];
  readonly resetMs: number;
}

interface Known {
  /** The requests that were counted ahead, and may be let in without asking. */
  ahead: number;
  /** The number that is counted next: twice the last, so that who sends one now and then uses up one. */
  next: number;
  readonly remaining: (number | undefined)[];
  readonly untilMs: number;
}

/** The share of a quota that is counted ahead at most: what isn't sent after all is lost until it begins anew. */
const AHEAD = 0.01;
const MAX_KNOWN = 1_000;

/**
 * The quotas of those who have sent something in this window, as this environment knows them. Most requests of whoever sends many, and all of those who
 * send too many, cost the database nothing.
 */
export class KnownQuotas {
  readonly #known = new Map<string, Known>();

  #find(key: string, nowMs: number): Known | undefined {
    const known = this.#known.get(key);
    return known !== undefined && known.untilMs > nowMs ? known : undefined;
  }

  /** Returns what is left where a quota is used up. */
  findUsedUp(key: string, nowMs: number = Date.now()): Left | undefined {
    const known = this.#find(key, nowMs);
    return known?.remaining.includes(0) && known.ahead === 0 ? leftOf(known, nowMs) : undefined;
  }

  /** Lets a request in that was counted ahead, and returns what is left. */
  takeAhead(key: string, nowMs: number = Date.now()): Left | undefined {
    const known = this.#find(key, nowMs);
    if (known === undefined || known.ahead === 0) return undefined;
    known.ahead -= 1;
    return leftOf(known, nowMs);
  }

  /** Returns the number of requests to count now. */
  wanted(key: string, quotas: readonly number[], nowMs: number = Date.now()): number {
    const most = Math.max(1, Math.floor(Math.min(...quotas) * AHEAD));
    return Math.min(most, this.#find(key, nowMs)?.next ?? 1);
  }

  /**
   * Notes what the database has counted.
   * @param counted this request, and those after it
   * @param askedMs the time before it was asked: what was counted ahead must not be used longer than it counts
   */
  note(key: string, counted: number, { remaining, resetMs }: Left, askedMs: number): Left {
    const next = 2 * (this.#find(key, askedMs)?.next ?? 1);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const known = { ahead: counted - 1, next, remaining: [...remaining], untilMs: askedMs + resetMs };
    this.#known.set(key, known);
    return leftOf(known, askedMs);
  }
}

function leftOf({ ahead, remaining, untilMs }: Known, nowMs: number): Left {
  return {
    remaining: remaining.map((left) => (left === undefined ? undefined : left + ahead)),
    resetMs: untilMs - nowMs,
  };
}
