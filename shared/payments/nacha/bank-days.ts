import type { Day } from '#kernel/calendar.ts';
import { bankingDayOnOrAfter, isBankingDay, nextBankingDay } from './federal-reserve-holidays.ts';

/** The days and hours of an originating bank, beyond those of FedACH. */
export interface BankHours {
  /** Days on which it takes no files, beside weekends and Federal Reserve holidays. */
  readonly closedOn: readonly string[];
  readonly timeZone: string;
  /** Minutes since midnight in its zone: what it gets then or later isn't settled on the same day. Null: FedACH's deadlines alone count. */
  readonly sameDayCutOffMinute: number | null;
  /** Minutes since midnight in its zone: what it gets then or later counts to its next business day. Null: FedACH's deadline alone counts. */
  readonly nextDayCutOffMinute: number | null;
}

/** The business days of a bank: banking days on which it is open. */
export class BankDays {
  readonly #closed: ReadonlySet<string>;

  constructor(closedOn: readonly string[]) {
    this.#closed = new Set(closedOn);
  }

  isOpen(day: string): boolean {
    return isBankingDay(day) && !this.#closed.has(day);
  }

  /** The first business day after this day. */
  after(day: string): Day {
    let next = nextBankingDay(day);
    while (this.#closed.has(next)) next = nextBankingDay(next);
    return next;
  }

  /** This day, or the next business day where it is none. */
  onOrAfter(day: string): Day {
    const next = bankingDayOnOrAfter(day);
    return this.#closed.has(next) ? this.after(next) : next;
  }
}
