import type { ContributionSource } from '#contracts/transactions.ts';
import type { YearSums } from './contribution-limits.ts';

/** Sources that a plan of any type takes; the others are of a 401(k). */
const OF_ANY_PLAN: readonly string[] = ['EMPLOYEE', 'EMPLOYER'];

/** Returns why a plan of the type takes no money from the source; undefined if it does. */
export function refuseSource(source: ContributionSource, planType: string): string | undefined {
  if (planType === 'RSU') return 'is not for an RSU plan: it holds shares, and takes no contributions';
  return planType === '401K' || OF_ANY_PLAN.includes(source) ? undefined : 'is only for a 401K';
}

/** Only the employer's money vests by the plan's schedule; a safe harbour contribution is the employee's at once. */
export function isVestedAtOnce(source: ContributionSource): boolean {
  return source !== 'EMPLOYER';
}

/** Returns what an amount adds to the sums of its year that limits are held against. What is rolled over was added in another plan's year. */
export function countedInYear(source: ContributionSource, amount: bigint): YearSums {
  const isDeferral = source === 'EMPLOYEE' || source === 'ROTH';
  return {
    employee: isDeferral ? amount : 0n,
    roth: source === 'ROTH' ? amount : 0n,
    employer: isDeferral || source === 'ROLLOVER' ? 0n : amount,
  };
}
