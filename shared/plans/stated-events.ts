import { type GrantEvent, grantEvents } from '#plans/vesting-runs/plan-events.ts';
import type { VestingInputs } from '#plans/vesting-runs/vested-state.ts';

/** One event of the shares of a plan. */
export interface StatedEvent {
  readonly day: string;
  readonly kind: GrantEvent['kind'] | 'GRANTED';
  readonly quantity: string;
  /** The shares that have vested by it; null where it changes nothing of that. */
  readonly balance: string | null;
  readonly grant_id: string;
  readonly why: string | null;
}

/** Returns the events of a plan's shares, by day. */
export function statedEvents(inputs: VestingInputs): readonly StatedEvent[] {
  const granted = inputs.grants.map(
    ({ id, grant }): StatedEvent => ({
      ...{ day: grant.grantDate ?? grant.vestingStart, kind: 'GRANTED', quantity: grant.quantity },
      ...{ balance: null, grant_id: id, why: null },
    }),
  );
  const vested = grantEvents(inputs).map(
    ({ date: day, cumulative, grant_id = granted[0]?.grant_id ?? '', ...event }): StatedEvent => ({
      ...{ ...event, day, grant_id },
      balance: event.kind === 'VESTED' || event.kind === 'ACCELERATED' ? cumulative : null,
    }),
  );
  return [...granted, ...vested].sort((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)));
}
