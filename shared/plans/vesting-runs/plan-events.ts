import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { calendarDay, serviceDay } from '#plans/vesting/service-breaks.ts';
import { type VestingEvent, vestedMinor, vestingEvents } from '#plans/vesting/vesting.ts';
import { AT_ONCE, changesOf, moneyFraction, type PlanGrant, type VestingInputs } from './vested-state.ts';

export interface GrantEvent extends VestingEvent {
  /** Told where there are several. */
  readonly grant_id?: string;
}

/** The events of all grants, by date, with their accelerations and their ends; `cumulative` is of all of them. */
export function grantEvents({
  grants,
  terminatedOn,
}: Pick<VestingInputs, 'grants' | 'terminatedOn'>): GrantEvent[] {
  let vested = 0n;
  return grants
    .flatMap((one): GrantEvent[] =>
      eventsOf(one, terminatedOn).map((event) =>
        grants.length > 1 ? { ...event, grant_id: one.id } : event,
      ),
    )
    .sort((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)))
    .map((event) => {
      if (event.kind === 'VESTED' || event.kind === 'ACCELERATED') vested += unitsOf(event.quantity);
      return { ...event, cumulative: quantityOf(vested) };
    });
}

function eventsOf(one: PlanGrant, terminatedOn: string | undefined): VestingEvent[] {
  return vestingEvents(one.grant, one.schedule ?? AT_ONCE, changesOf(one, terminatedOn));
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
  const shown = { id: '', schedule: inputs.schedule, eventOn: undefined, cancelledOn: undefined };
  return eventsOf({ ...shown, grant: shape, accelerations: full }, ended)
    .filter(({ kind }) => kind !== 'FORFEITED')
    .map(({ date: day, kind, why }) => {
      const date = calendarDay(day, breaks);
      const before = vested;
      vested = vestedMinor(employerMinor, moneyFraction(inputs, date));
      return { date, kind, amount: vested - before, cumulative: vested, why };
    });
}
