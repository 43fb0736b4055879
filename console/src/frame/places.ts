import type { Me } from './me.ts';

/** A screen that the side navigation leads to. */
export interface Place {
  readonly text: string;
  readonly path: string;
}

const HOME: Place = { text: 'Home', path: '/' };
const APPROVALS: Place = { text: 'Approvals', path: '/approvals' };
const HOLDERS: Place = { text: 'Register', path: '/shareholders' };
const TRANSFERS: Place = { text: 'Transfers', path: '/transfers' };
const CLASSES: Place = { text: 'Share classes', path: '/classes' };
const SPLITS: Place = { text: 'Splits', path: '/splits' };
const DIVIDENDS: Place = { text: 'Dividends', path: '/dividends' };
const TAX: Place = { text: 'Tax', path: '/tax' };
const PAYMENTS: Place = { text: 'Payments', path: '/payments' };
const EXCEPTIONS: Place = { text: 'Exceptions', path: '/exceptions' };
const BANK_FILES: Place = { text: 'Bank files', path: '/bank-files' };
const PEOPLE: Place = { text: 'People', path: '/participants' };
const PLANS: Place = { text: 'Plans', path: '/plans' };
const DOCUMENTS: Place = { text: 'Plan documents', path: '/plan-documents' };
const FORFEITURES: Place = { text: 'Forfeitures', path: '/forfeitures' };
const EVENTS: Place = { text: 'Vesting events', path: '/vesting-events' };
const LIMITS: Place = { text: 'Contribution limits', path: '/contribution-limits' };
const LINKS: Place = { text: 'Linked sponsors', path: '/tenant-links' };
const RELEASES: Place = { text: 'Share releases', path: '/releases' };
const TENANTS: Place = { text: 'Tenants', path: '/tenants' };
const OPERATIONS: Place = { text: 'Operations', path: '/operations' };
const UPLOADS: Place = { text: 'Uploads', path: '/uploads' };

const REPORTS: Place = { text: 'Reports', path: '/reports' };
const AUDIT: Place = { text: 'Audit trail', path: '/audit' };
const REQUESTS: Place = { text: 'Requests', path: '/requests' };
const ACCESS: Place = { text: 'Access', path: '/access' };
const LEGAL_HOLDS: Place = { text: 'Legal holds', path: '/legal-holds' };
const MEETINGS: Place = { text: 'Meetings', path: '/meetings' };
const USERS: Place = { text: 'Users', path: '/users' };
const CONNECTIONS: Place = { text: 'Identity providers', path: '/connections' };
const API_KEYS: Place = { text: 'API keys', path: '/api-keys' };
const WEBHOOKS: Place = { text: 'Webhooks', path: '/webhooks' };
const SETTINGS: Place = { text: 'Settings', path: '/settings' };
const MONEY = [PAYMENTS, EXCEPTIONS, BANK_FILES] as const;

/** The screens of those who watch over others. */
const OVERSIGHT = [AUDIT, REQUESTS, ACCESS, LEGAL_HOLDS, USERS, CONNECTIONS, API_KEYS] as const;

/** Returns where a person can go. It is a convenience: what they may do, the API decides with every call. */
export function placesOf({ role, tenant }: Me): readonly Place[] {
  if (role === 'EMPLOYEE') return [HOME];
  if (role === 'OPERATOR' || tenant === null) return [HOME, APPROVALS, TENANTS, OPERATIONS];
  const last = [UPLOADS, REPORTS, ...(role === 'OPS' ? [] : OVERSIGHT), WEBHOOKS, SETTINGS];
  if (tenant.type === 'ISSUER')
    return [
      HOME,
      APPROVALS,
      HOLDERS,
      TRANSFERS,
      CLASSES,
      SPLITS,
      DIVIDENDS,
      TAX,
      MEETINGS,
      RELEASES,
      ...(role === 'OPS' ? [] : [LINKS]),
      ...MONEY,
      ...last,
    ];
  return [
    HOME,
    APPROVALS,
    PEOPLE,
    PLANS,
    DOCUMENTS,
    EVENTS,
    LIMITS,
    RELEASES,
    FORFEITURES,
    ...MONEY,
    ...last,
  ];
}

export function decides({ role }: Me): boolean {
  return role === 'ADMIN' || role === 'COMPLIANCE' || role === 'OPERATOR';
}

/** Whether somebody enters what others approve. */
export function operates({ role }: Me): boolean {
  return role === 'ADMIN' || role === 'OPS';
}
