import type { AuditAction } from '#contracts/audit-actions.ts';
import type { TenantId } from '#kernel/ids.ts';

export interface Refusal {
  readonly action: AuditAction;
  /** A flood of them costs no more than one entry a minute for each caller, network and operation. */
  readonly onceAMinute?: true;
  /** Says more than the problem's name does. */
  readonly payload?: Readonly<Record<string, string>>;
}

/** The people whom a request without a caller is about, as far as it says. */
export interface Claim {
  /** @default the platform's, since nobody says whose it is */
  readonly tenantId?: TenantId;
  readonly payload: Readonly<Record<string, unknown>>;
}

const entered = new WeakSet<Error>();
const refusing = new WeakMap<Error, Refusal>();

/** Marks what is answered as a fault of the request, and refuses somebody all the same: a wrong password, or a wrong code. */
export function refusedFor<E extends Error>(error: E, payload: Readonly<Record<string, string>>): E {
  refusing.set(error, { action: 'access.denied', payload });
  return error;
}

export function markedRefusal(error: Error): Refusal | undefined {
  return refusing.get(error);
}

/** Marks a refusal whose entry the work itself has committed, so that it gets no second one. */
export function enteredAlready<E extends Error>(refusal: E): E {
  entered.add(refusal);
  return refusal;
}

export function isEntered(refusal: Error): boolean {
  return entered.has(refusal);
}
