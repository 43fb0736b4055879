import type { AuditAction } from '#contracts/audit-actions.ts';
import type { UserRole } from '#kernel/roles.ts';

/** A kind of change that decides where money or shares go, and so waits for a second person. */
interface ControlledChange {
  /** It, as a mail says it at the beginning of a sentence. */
  readonly title: string;
  readonly proposes: readonly UserRole[];
  readonly decides: readonly UserRole[];
  /** An operator decides while the tenant has no second person. @default false */
  readonly operatorDecides?: boolean;
  /** One operator may propose it and another approve it for a suspended tenant: it moves neither money nor shares. @default false */
  readonly operatorsForSuspended?: boolean;
  /** Days after which nobody may approve it; null: it waits until somebody decides. */
  readonly expiresAfterDays: number | null;
  /** The audit trail's names for a decision. @default change.approved and change.denied */
  readonly audit?: { readonly APPROVED: AuditAction; readonly DENIED: AuditAction };
}

const deciders = ['ADMIN', 'COMPLIANCE'] as const;
const ofAdmins = { proposes: ['ADMIN'], decides: deciders, expiresAfterDays: 30 } as const;
const ofOperations = { ...ofAdmins, proposes: ['ADMIN', 'OPS'] } as const;

/**
 * Every controlled change. Whoever may propose a kind, nobody decides on what they have proposed themselves, or what a person
 * has proposed whom they have made or reset (`is_second_person` in the database).
 */
export const CONTROLLED_CHANGES = {
  /** A new user with the role ADMIN, COMPLIANCE or OPS waits; an EMPLOYEE does not. */
  'user-created': { title: 'A new user', ...ofAdmins, operatorDecides: true },
  /** The role ADMIN, COMPLIANCE or OPS for a user who did not have its rights, and the password or return of another user who has such a role, wait. What takes rights away takes effect at once. */
  'user-changed': { title: 'A change of a user', ...ofAdmins, operatorDecides: true },
  /** A payment waits above the tenant’s threshold, by itself or together with what was ordered on the same day without a second person, by the same user or to the same payee. */
  payment: {
    title: 'A payment',
    ...ofOperations,
    expiresAfterDays: null,
    audit: { APPROVED: 'payment-order.approved', DENIED: 'payment-order.denied' },
  },
  /** The payments of a dividend wait, as a whole, if they come to more than the threshold, or do with what the same user has ordered on the same day. */
  'payment-run': { title: 'The payments of a dividend', ...ofOperations },
  /** A payee’s new account waits, and cools off after its approval; until then the one before is paid into. */
  'bank-account': { title: 'A bank account of a payee', ...ofOperations, expiresAfterDays: null },
  /** An answer of the bank that matches no payment by itself, or couldn't be read, is booked to the payment that two people name. */
  'bank-item': { title: 'An answer of the bank that was matched by hand', ...ofOperations },
  /** An entry of a bank’s statement that stands for nothing by itself is explained, or matched, by two people. */
  'statement-item': { title: 'An entry of a bank statement', ...ofOperations },
  /** A file that the bank has not taken pays nobody, and its payments are made anew. */
  'bank-file-rejection': { title: 'A file that the bank rejected', ...ofOperations },
  /** A reversal takes money from a payee: it always waits, whatever its amount. */
  'payment-reversal': {
    title: 'The reversal of a payment',
    ...ofOperations,
    audit: { APPROVED: 'payment-order.approved', DENIED: 'payment-order.denied' },
  },
  /** The outcome of a payment that is in doubt, as people know it from the bank, is booked as two of them say. */
  'payment-resolution': { title: 'The outcome of a payment that was in doubt', ...ofOperations },
  /** A dividend is declared by one person; before anything is paid, another approves its terms. */
  dividend: { title: 'A dividend', ...ofOperations, expiresAfterDays: null },
  /** An approved dividend is cancelled by two persons, as it was made by two. One that nobody has approved needs nobody. */
  'dividend-cancelled': {
    title: 'The cancellation of a dividend',
    ...ofOperations,
    operatorsForSuspended: true,
  },
  /** The entitlement of a holder to a dividend that is frozen is corrected by two persons. */
  'dividend-adjustment': { title: 'A correction of a dividend', ...ofOperations },
  /** A form, or a number, by which less would be withheld from a holder on some day waits where the issuer withholds; what raises it takes effect at once. */
  'tax-certification': { title: 'A tax form of a holder', ...ofOperations },
  /** A payment of withheld tax is recorded by two persons: the ledger believes them. */
  'tax-remittance': { title: 'A payment of withheld tax', ...ofOperations },
  /** A change of positions by hand waits above the tenant’s limit, by itself or together with what its user has moved on the same day without a second person. Which holder's shares are the issuer's own always waits. */
  position: { title: 'A change of positions', ...ofOperations },
  /** A file that moves more shares than the tenant’s limit waits, with what it would change; so does one that exceeds it together with the user’s other files of the day. */
  'register-file': { title: 'A file of the register', ...ofOperations },
  /** A file that was dropped waits like one that was uploaded; the owner of the credential by which it came has proposed it. */
  'dropped-file': { title: 'A dropped file of the register', ...ofOperations },
  /** A file of payees waits if it changes any of them: one approval stands for all of its rows. Only who verifies one payee verifies a file of them. */
  'kyc-file': { title: 'A file of KYC statuses', ...ofOperations, decides: ['COMPLIANCE'] },
  'tax-certification-file': { title: 'A file of tax forms of holders', ...ofOperations },
  'bank-account-file': { title: 'A file of bank accounts of payees', ...ofOperations },
  /** A split changes every position of a class, and so does its reversal: both always wait. */
  'corporate-action': { title: 'A corporate action', ...ofOperations },
  /** An event vests the shares of every grant that waits for it. */
  'vesting-event': { title: 'A vesting event', ...ofOperations },
  /** Whoever leaves in a partial termination of a plan is fully vested: a group of people at once, by two persons. */
  'partial-termination': { title: 'The full vesting of a group', ...ofOperations },
  /** A release run moves vested shares out of grants: the sponsor’s second person offers it to the issuer. */
  release: { title: 'A release of vested shares', ...ofOperations, expiresAfterDays: null },
  /** A run that is settled issues shares: two people of the issuer take it. */
  'release-settlement': { title: 'The settlement of a release', ...ofOperations },
  /** Higher limits of the register wait; lower ones take effect at once. */
  'register-settings': { title: 'A change of the limits of the register', ...ofAdmins },
  /** More shares that are authorised, or other votes, of a class that has been issued wait; fewer shares, and a new class, take effect at once. */
  'security-class': { title: 'A change of a security class', ...ofOperations },
  /** A change of how the tenant pays waits if it loosens: a higher threshold, a shorter cooling-off, another channel or originator. One that tightens takes effect at once. */
  'payment-settings': { title: 'A change of how payments are made', ...ofAdmins },
  /** An identity provider decides who comes in, and as what: a new one waits, and so does every change that could let in somebody else, and its being switched on. */
  connection: { title: 'An identity provider, or a change of one', ...ofAdmins },
  /** A hold keeps records from the purge: a second person releases what one has placed. */
  'legal-hold-released': {
    title: 'The release of a legal hold',
    ...ofAdmins,
    proposes: ['COMPLIANCE'],
    operatorsForSuspended: true,
  },
  /**
   * A second factor that was lost is taken from its user by two persons: one of them could otherwise be that user. Whoever decides may propose it too, lest
   * the only ADMIN be locked out.
   */
  'second-factor-reset': {
    title: 'The reset of a second factor',
    ...ofAdmins,
    proposes: deciders,
    operatorDecides: true,
  },
  /** An API key lets a program in, with rights of OPS, of COMPLIANCE, or over the tenant's users. */
  'api-key': { title: 'An API key', ...ofAdmins },
  /** A change of how people sign in waits: whoever requires single sign-on chooses the one user whose password still works, and who alone could lift it on the day that the provider is gone. */
  'sign-in-settings': { title: 'A change of how people sign in', ...ofAdmins, operatorDecides: true },
} as const satisfies Readonly<Record<string, ControlledChange>>;

export type ChangeKind = keyof typeof CONTROLLED_CHANGES;
export const CHANGE_KINDS = Object.keys(CONTROLLED_CHANGES) as readonly ChangeKind[];

export function controlledChange(kind: ChangeKind): ControlledChange {
  return CONTROLLED_CHANGES[kind];
}
