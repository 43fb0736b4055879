/** Legal limits of a year's contributions, as rules over data: the amounts are rows of `contribution_limits`. */

export const LIMIT_KINDS = [
  'EMPLOYEE_DEFERRAL',
  'CATCH_UP',
  'TOTAL_ADDITIONS',
  'ROTH_CATCH_UP',
  'COMPENSATION',
] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

export interface Limit {
  readonly kind: LimitKind;
  /** The year the amount was set for; the latest at or before that of the contribution. */
  readonly year: number;
  /** Ages reached in the year, both inclusive. */
  readonly minAge: number;
  readonly maxAge: number;
  readonly amount: bigint;
}

/** A limit, and the plans that it is of. */
export interface PlanLimit extends Limit {
  readonly planType: string;
  readonly currency: string;
}

/** Returns the limits of plans of a type and currency in a year: those of the latest year at or before it. */
export function limitsOf<L extends PlanLimit>(
  limits: readonly L[],
  {
    planType,
    currency,
    year,
  }: { readonly planType: string; readonly currency: string; readonly year: number },
): L[] {
  const ofPlan = limits.filter((limit) => limit.planType === planType && limit.year <= year);
  const latest = Math.max(...ofPlan.map((limit) => limit.year));
  return ofPlan.filter((limit) => limit.year === latest && limit.currency === currency);
}

/** Whether a limit is one of an age; without one, of those that need none. */
export function appliesAt({ minAge, maxAge }: Limit, age = 0): boolean {
  return minAge <= age && age <= maxAge;
}

/** A year's contributions of an employee to plans of one type, in minor units. */
export interface YearSums {
  /** The deferrals of the employee, before tax and as Roth. */
  readonly employee: bigint;
  /** The Roth part of it. */
  readonly roth: bigint;
  /** Everything else that was added: the employer's, and the employee's after tax. */
  readonly employer: bigint;
}

/** The facts on which the limits of an employee depend: the age that is reached in the year, and the wages of the year before, in minor units. */
export interface Person {
  readonly age: number | undefined;
  readonly wages: bigint | undefined;
}

export interface Breach {
  readonly kind: Exclude<LimitKind, 'CATCH_UP' | 'COMPENSATION'>;
  readonly allowed: bigint;
  readonly used: bigint;
  readonly left: bigint;
}

/** The age reached in a year: the law counts no birthdays (IRC 414(v)(5), Treas. Reg. 1.414(v)-1(g)(3)). */
export function ageReached(dateOfBirth: string, year: number): number {
  return year - Number(dateOfBirth.slice(0, 4));
}

/**
 * The first limit that the year's sums would break.
 *
 * The employee's own may reach the deferral limit and, above it, the catch-up of their age. Both sources together may reach the
 * total, on top of which come the employee's own up to the catch-up (IRC 414(v)(3)(A)). Without a date of birth there is no
 * catch-up. Whoever earned more than a sum in the year before may exceed the deferral limit by Roth only: before tax they defer at most that limit, whichever
 * came first (IRC 414(v)(7)(A)). Without known wages nobody is held to that.
 *
 * @example
 * const limits = [
 *   { kind: 'EMPLOYEE_DEFERRAL', year: 2026, minAge: 0, maxAge: 200, amount: 24_500_00n },
 *   { kind: 'CATCH_UP', year: 2026, minAge: 50, maxAge: 59, amount: 8_000_00n },
 * ];
 * const [used, added] = [{ employee: 24_000_00n, roth: 0n, employer: 0n }, { employee: 600_00n, roth: 0n, employer: 0n }];
 * findBreach(used, added, limits, { age: 49, wages: undefined });
 * // → { kind: 'EMPLOYEE_DEFERRAL', allowed: 24_500_00n, used: 24_000_00n, left: 500_00n }
 * findBreach(used, added, limits, { age: 50, wages: undefined }); // → undefined
 *
 * @param used before
 * @param added what is to be contributed
 */
export function findBreach(
  used: YearSums,
  added: YearSums,
  limits: readonly Limit[],
  { age, wages }: Person,
): Breach | undefined {
  const amountOf = (kind: LimitKind) =>
    limits.find((limit) => limit.kind === kind && appliesAt(limit, age))?.amount;
  const catchUp = amountOf('CATCH_UP') ?? 0n;
  const employee = used.employee + added.employee;
  const total = employee + used.employer + added.employer;
  const deferral = amountOf('EMPLOYEE_DEFERRAL');
  if (deferral !== undefined && added.employee > 0n && employee > deferral + catchUp)
    return breach('EMPLOYEE_DEFERRAL', deferral + catchUp, used.employee);
  const threshold = amountOf('ROTH_CATCH_UP');
  const beforeTax = employee - used.roth - added.roth;
  const isHeldToRoth = threshold !== undefined && wages !== undefined && wages > threshold;
  if (isHeldToRoth && deferral !== undefined && added.employee > added.roth && beforeTax > deferral)
    return breach('ROTH_CATCH_UP', deferral, used.employee - used.roth);
  const additions = amountOf('TOTAL_ADDITIONS');
  if (additions === undefined) return undefined;
  const allowed = additions + (employee < catchUp ? employee : catchUp);
  return total > allowed ? breach('TOTAL_ADDITIONS', allowed, used.employee + used.employer) : undefined;
}

function breach(kind: Breach['kind'], allowed: bigint, used: bigint): Breach {
  return { kind, allowed, used, left: allowed > used ? allowed - used : 0n };
}
