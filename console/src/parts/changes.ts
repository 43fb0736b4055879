import type { Row } from '../api/routes.ts';
import { words } from './format.ts';

type ChangeRequest = Row<'GET /approvals'>;

/** The names of the kinds of changes on the screen. */
const KINDS: Readonly<Record<ChangeRequest['kind'], string>> = {
  'user-created': 'New user',
  'user-changed': 'Change of a user',
  payment: 'Payment',
  'payment-run': 'Payments of a dividend',
  'bank-account': 'Bank account of a payee',
  'bank-item': 'Answer of the bank, matched by hand',
  'statement-item': 'Entry of a bank statement',
  'bank-file-rejection': 'File that the bank rejected',
  'payment-reversal': 'Reversal of a payment',
  'payment-resolution': 'Outcome of a payment in doubt',
  dividend: 'Dividend',
  'dividend-cancelled': 'Cancellation of a dividend',
  'dividend-adjustment': 'Correction of a dividend',
  'tax-certification': 'Tax form of a holder',
  'tax-remittance': 'Payment of withheld tax',
  position: 'Change of positions',
  'register-file': 'File of the register',
  'dropped-file': 'Dropped file of the register',
  'kyc-file': 'File of KYC statuses',
  'tax-certification-file': 'File of tax forms',
  'bank-account-file': 'File of bank accounts',
  'corporate-action': 'Corporate action',
  'vesting-event': 'Vesting event',
  'partial-termination': 'Full vesting of a group',
  release: 'Release of vested shares',
  'release-settlement': 'Settlement of a release',
  'register-settings': 'Limits of the register',
  'security-class': 'Security class',
  'payment-settings': 'How payments are made',
  connection: 'Identity provider',
  'legal-hold-released': 'Release of a legal hold',
  'second-factor-reset': 'Reset of a second factor',
  'api-key': 'API key',
  'sign-in-settings': 'How people sign in',
};

export const CHANGE_KINDS = Object.entries(KINDS) as [ChangeRequest['kind'], string][];

export function titleOf(kind: ChangeRequest['kind']): string {
  return KINDS[kind];
}

const BECAUSE: Readonly<Record<NonNullable<ChangeRequest['cannot_decide_because']>, string>> = {
  decided: 'It is decided.',
  'own-proposal': 'You have proposed it: somebody else decides.',
  role: 'People of your role don’t decide on this kind of change.',
  'not-independent':
    'One person has made or reset both you and the proposer: somebody independent of them decides.',
  'tenant-has-second-person': 'The company has somebody who can decide.',
};

export function whyNot({ cannot_decide_because: because }: ChangeRequest): string | undefined {
  return because === null ? undefined : BECAUSE[because];
}

/** The things that have a screen, by how changes and the trail name them. */
const SCREENS: Readonly<Record<string, string>> = {
  shareholders: '/shareholders',
  'tax-certifications': '/shareholders',
  dividends: '/dividends',
  uploads: '/uploads',
  transactions: '/payments',
  'bank-files': '/bank-files',
  meetings: '/meetings',
  webhooks: '/webhooks',
  users: '/users',
  connections: '/connections',
  'security-classes': '/classes',
  'corporate-actions': '/splits',
  transfers: '/transfers',
  'legal-holds': '/legal-holds',
  tenants: '/tenants',
  participants: '/participants',
  plans: '/plans',
  releases: '/releases',
  approvals: '/approvals',
  'plan-documents': '/plan-documents',
};

/** The things that are shown in their lists alone. */
const LISTED: Readonly<Record<string, string>> = {
  'vesting-events': '/vesting-events',
  'tenant-links': '/tenant-links',
  forfeitures: '/forfeitures',
  'tax-remittances': '/tax',
  'drop-credentials': '/uploads/drop',
};

const ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** `Dividend b41436`, `Security class PREFERRED`: a thing by its kind, and by its name or the end of its id. */
export function nameOfThing({ type, id }: ChangeRequest['subject']): string {
  const kind = words(type).replace(/(ss)es$|s$/, '$1');
  return `${kind} ${ID.test(id) ? id.slice(-6) : id}`.trim();
}

/** The screen of what a change is about, where there is one. */
export function screenOf({ type, id }: ChangeRequest['subject']): string | undefined {
  // A line of a dividend is named by the dividend and its holder.
  if (type === 'entitlements') return `/dividends/${id.split('/')[0]}`;
  const screen = SCREENS[type];
  return screen === undefined ? LISTED[type] : `${screen}/${encodeURIComponent(id)}`;
}

/** The screens of what a field names by its id: `from_shareholder_id`. */
const NAMED: Readonly<Record<string, string>> = {
  shareholder: '/shareholders',
  dividend: '/dividends',
  meeting: '/meetings',
  transaction: '/payments',
  plan: '/plans',
  upload: '/uploads',
  user: '/users',
};

/** The screen of what the value of a field names, where there is one. */
export function screenNamed(field: string, value: string): string | undefined {
  const of = /(?:^|[ _])([a-z]+)_id$/.exec(field)?.[1] ?? '';
  const screen = NAMED[of];
  return screen !== undefined && ID.test(value) ? `${screen}/${value}` : undefined;
}

export interface Difference {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Lays a change out as rows: `contact › email`. What stays the same is among them, since it is what one decides by. */
export function differences(before: object | null, after: object): readonly Difference[] {
  const [old, next] = [flat(before ?? {}), flat(after)];
  const names = [...new Set([...old.keys(), ...next.keys()])];
  return names.map((name) => ({ name, before: old.get(name), after: next.get(name) }));
}

const MOST_ITEMS = 20;

function flat(value: object, under = ''): Map<string, string> {
  const rows = new Map<string, string>();
  for (const [name, inner] of Object.entries(value)) {
    const at = under === '' ? name : `${under} › ${name}`;
    if (Array.isArray(inner)) rows.set(at, listed(inner));
    else if (typeof inner === 'object' && inner !== null) for (const row of flat(inner, at)) rows.set(...row);
    else if (inner !== null && inner !== undefined && inner !== '') rows.set(at, String(inner));
  }
  return rows;
}

function listed(items: readonly unknown[]): string {
  const shown = items.slice(0, MOST_ITEMS).map((item) => {
    if (typeof item !== 'object' || item === null) return String(item);
    return [...flat(item)].map(([name, text]) => `${name} ${text}`).join(', ');
  });
  if (items.length > MOST_ITEMS) shown.push(`and ${items.length - MOST_ITEMS} more`);
  return shown.join('\n');
}
