import type { Installment } from './grant-changes.ts';

/** Whether what time has vested has vested by the end of a day: there is no condition, or its event has happened. */
export function isMet(condition: object | undefined, eventOn: string | undefined, day: string): boolean {
  return condition === undefined || (eventOn !== undefined && eventOn <= day);
}

/**
 * Lets the shares of installments wait for the event. What time vests up to the event's day vests on it, as one; what time vests later vests as it does
 * without a condition. What is forfeited doesn't wait.
 */
export function holdForEvent(
  installments: readonly Installment[],
  { event }: { readonly event: string },
  eventOn: string | undefined,
): readonly Installment[] {
  const isHeld = ({ kind, date }: Installment) =>
    kind !== 'FORFEITED' && (eventOn === undefined || date <= eventOn);
  if (eventOn === undefined)
    return installments.map((one) =>
      isHeld(one) ? { ...one, kind: 'AWAITING', why: `${one.why}, awaiting ${event}` } : one,
    );
  const steps = installments.filter(isHeld).reduce((sum, one) => sum + one.steps, 0n);
  const others = installments.filter((one) => !isHeld(one));
  const why = `${event}: all that time had vested`;
  return [
    ...others.filter(({ date }) => date < eventOn),
    { date: eventOn, kind: 'VESTED', steps, accelerated: 0n, why },
    ...others.filter(({ date }) => date >= eventOn),
  ];
}
