import type { AuditAction } from '#contracts/audit-actions.ts';
import type { UserRole } from '#kernel/roles.ts';

/** A kind of change that decides where money or shares go, and so waits for a second person. */
interface ControlledChange {
  /** The rule says what is controlled, and what of it takes effect at once. */
  readonly rule: string;
  readonly proposes: readonly UserRole[];
  readonly decides: readonly UserRole[];
  /** An operator decides while the tenant has no second person. @default false */
  readonly operatorDecides?: boolean;
  /** Days after which nobody may approve it; null: it waits until somebody decides. */
  readonly expiresAfterDays: number | null;
  /** The audit trail's names for a decision. @default change.approved and change.denied */
  readonly audit?: { readonly APPROVED: AuditAction; readonly DENIED: AuditAction };
}

const deciders = ['ADMIN', 'COMPLIANCE'] as const;

/**
 * Every controlled change. Whoever may propose a kind, nobody decides on what they have proposed themselves, or what a person
 * has proposed whom they have made or reset (`is_second_person` in the database).
 */
const CONTROLLED_CHANGES = {
  'user-created': {
    rule: 'A new user with the role ADMIN, COMPLIANCE or OPS waits; an EMPLOYEE does not.',
    proposes: ['ADMIN'],
    decides: deciders,
    operatorDecides: true,
    expiresAfterDays: 30,
  },
  'user-changed': {
    rule: 'The role ADMIN, COMPLIANCE or OPS for a user who did not have its rights, and the password or return of another user who has such a role, wait. What takes rights away takes effect at once.',
    proposes: ['ADMIN'],
    decides: deciders,
    operatorDecides: true,
    expiresAfterDays: 30,
  },
  'payment-settings': {
    rule: 'A change of how the tenant pays waits if it loosens: a higher threshold, a shorter cooling-off, another channel or originator. One that tightens takes effect at once.',
    proposes: ['ADMIN'],
    decides: deciders,
    expiresAfterDays: 30,
  },
} as const satisfies Readonly<Record<string, ControlledChange>>;

export type ChangeKind = keyof typeof CONTROLLED_CHANGES;
export const CHANGE_KINDS = Object.keys(CONTROLLED_CHANGES) as readonly ChangeKind[];

export function controlledChange(kind: ChangeKind): ControlledChange {
  return CONTROLLED_CHANGES[kind];
}
