import { calendarDay, serviceDay } from '#plans/vesting/service-breaks.ts';
import { type Grant, type VestingEvent, vestedMinor, vestingEvents } from '#plans/vesting/vesting.ts';
import { AT_ONCE, changesOf, moneyFraction, type VestingInputs } from './vested-state.ts';

/** The events of a grant, with its accelerations and its termination. */
export function grantEvents(grant: Grant, inputs: VestingInputs): VestingEvent[] {
  return vestingEvents(grant, inputs.schedule ?? AT_ONCE, changesOf(inputs));
}

/** One event of the employer's money, in minor units. */
export interface MoneyEvent {
  readonly date: string;
  readonly kind: VestingEvent['kind'];
  readonly amount: bigint;
  readonly cumulative: bigint;
  readonly why: string;
}

/** A hundred shares that vest as the money does: their events give the dates and the reasons. */
const PERCENT = { quantity: '100', allocationType: 'FRACTIONAL' } as const;

/**
 * When an employer's contributions vest; each amount is what the vested part grows by, rounded down to the minor unit. What has not vested by the end of a
 * plan is held, and forfeited later: that is no event of its schedule.
 */
export function moneyEvents(inputs: VestingInputs, employerMinor: bigint): MoneyEvent[] {
  const { breaks, terminatedOn } = inputs;
  const served = (date: string) => serviceDay(date, breaks);
  const shape = { ...PERCENT, vestingStart: inputs.vestingStart };
  const full = inputs.accelerations.map(({ date }) => ({ date: served(date), full: true }) as const);
  const ended = terminatedOn === undefined ? undefined : served(terminatedOn);
  let vested = 0n;
  return grantEvents(shape, { ...inputs, accelerations: full, terminatedOn: ended })
    .filter(({ kind }) => kind !== 'FORFEITED')
    .map(({ date: day, kind, why }) => {
      const date = calendarDay(day, breaks);
      const before = vested;
      vested = vestedMinor(employerMinor, moneyFraction(inputs, date));
      return { date, kind, amount: vested - before, cumulative: vested, why };
    });
}
