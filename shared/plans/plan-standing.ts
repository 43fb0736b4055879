import { DomainError } from '#kernel/domain-error.ts';

/** @throws DomainError `plan-terminated` */
export function refuseTerminated(plan: { readonly status: string }): void {
  if (plan.status === 'TERMINATED')
    throw new DomainError('plan-terminated', 'A terminated plan cannot be changed.');
}
