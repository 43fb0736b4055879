/** A section of the contract: the operations of one module of routes. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

/** The tags by group of the route table. */
export const TAGS: Readonly<Record<string, Tag>> = {
  access: { name: 'Access', description: 'Signing in and out, and the keys that verify access tokens.' },
  tenants: { name: 'Tenants', description: 'The customers of the platform: issuers and plan sponsors.' },
  users: { name: 'Users', description: 'Who may sign in to a tenant, and in which role.' },
  account: {
    name: 'Own account',
    description: 'What people do with their own access: passwords and sessions.',
  },
  'second-factor': {
    name: 'Second factor',
    description: 'Codes by time, recovery codes, and sign-ins that wait for them.',
  },
  shareholders: {
    name: 'Shareholders',
    description: 'The register of an issuer: holders of record, their positions, and transfers between them.',
  },
  'corporate-actions': {
    name: 'Corporate actions',
    description: 'Splits of a class of shares, previewed, approved, applied and reversed as a whole.',
  },
  transfers: { name: 'Transfers', description: 'The register of transfers, and their reversal.' },
  uploads: {
    name: 'Uploads',
    description: 'Files of shareholders or contributions: sent, checked row by row, loaded.',
  },
  reports: {
    name: 'Reports',
    description: 'Holdings on any day as known at any instant, payments, and how they reconcile.',
  },
  exports: {
    name: 'Exports',
    description: 'Reports that are written to files.',
  },
  'export-list': {
    name: 'Exported files',
    description: 'The files that reports were written to, with the checksum of each.',
  },
  ownership: {
    name: 'Ownership',
    description: 'What happened to a holder, and how ownership changes over time.',
  },
  webhooks: { name: 'Webhooks', description: 'Delivery of events to a tenant’s own systems.' },
  dividends: {
    name: 'Dividends',
    description:
      'Dividends are declared by a rate or a pool, and paid to those who held shares on the record date.',
  },
  'tax-remittances': {
    name: 'Tax remittances',
    description: 'What was paid of withheld tax to the authority.',
  },
  adjustments: {
    name: 'Adjustments',
    description: 'What a holder is owed by a dividend is corrected beside its snapshot.',
  },
  ballots: { name: 'Ballots by file', description: 'Files of ballots, which are uploads like others.' },
  reopening: { name: 'Reopening', description: 'Holders who were closed, and buy again.' },
  'tax-certifications': {
    name: 'Tax certifications',
    description: 'The tax ids of shareholders, and the forms W-9 and W-8 that certify them.',
  },
  'rejected-rows': {
    name: 'Rejected rows',
    description: 'The rows of an upload that are wrong, to be corrected by hand.',
  },
  'participant-files': {
    name: 'Participants by file',
    description: 'Files of a sponsor’s people, which are uploads like others.',
  },
  'payee-files': {
    name: 'Payees by file',
    description:
      'Files of KYC statuses and bank accounts, which are uploads like others and wait for a second person.',
  },
  proxy: { name: 'Meetings', description: 'Meetings of shareholders, their votes, and the outcome.' },
  plans: { name: 'Plans', description: 'Employees’ plans, by type, with their grants.' },
  grants: { name: 'Grants', description: 'Shares that are promised under a plan, each on its own schedule.' },
  releases: {
    name: 'Releases',
    description: 'Runs that settle vested shares of a sponsor into an issuer’s register.',
  },
  vesting: { name: 'Vesting', description: 'What has vested by a given day, and what will vest.' },
  'plan-documents': {
    name: 'Plan documents',
    description: 'The terms of a sponsor’s plans, which enrolments inherit.',
  },
  participants: { name: 'Participants', description: 'Employees as payees of their plans.' },
  contributions: { name: 'Contributions', description: 'Money that is paid into plans.' },
  forfeitures: {
    name: 'Forfeitures',
    description: 'Unvested money that left plans which ended, and its use.',
  },
  'nonresident-tax': {
    name: 'Nonresidents’ tax',
    description: 'What was withheld from dividends of nonresidents, for Forms 1042-S.',
  },
  'bank-reconciliation': {
    name: 'Bank reconciliation',
    description: 'What the bank’s statements have, and what the ledger has.',
  },
  'plan-statement': {
    name: 'Plan statements',
    description: 'What happened in an employee’s plan between two days.',
  },
  me: { name: 'Mine', description: 'An employee’s own plans.' },
  scim: {
    name: 'SCIM',
    description: 'Users and groups as the customer’s directory provisions them (RFC 7643, 7644).',
  },
  'api-keys': {
    name: 'API keys',
    description: 'Programs that act for a tenant: their keys, and access tokens for OAuth clients.',
  },
  connections: {
    name: 'Connections',
    description: 'The identity providers of a tenant, what they are trusted with, and tests of them.',
  },
  'single-sign-on': {
    name: 'Single sign-on',
    description: 'Signing in by an identity provider, and whether a tenant requires it.',
  },
  clock: {
    name: 'Clock',
    description:
      'The clock of a tenant in a sandbox, which it moves ahead to see what the days to come bring.',
  },
  'tenant-links': {
    name: 'Tenant links',
    description: 'Permissions by which an issuer lets a sponsor name its holders of record in plans.',
  },
  approvals: {
    name: 'Approvals',
    description: 'Changes that wait for a second person, shown before and after.',
  },
  payments: {
    name: 'Payments',
    description:
      'Movements of money, from order and approval to settlement, and what the bank reports of them.',
  },
  'bank-accounts': { name: 'Bank accounts', description: 'The accounts into which payees are paid.' },
  'mock-bank': { name: 'Mock bank', description: 'A bank for environments in which no money moves.' },
  ledger: { name: 'Ledger', description: 'The journal of double entries, and its balances.' },
  retention: { name: 'Retention', description: 'Retention periods, and legal holds that extend them.' },
  audit: {
    name: 'Audit',
    description: 'The trail of who did what, and proof that nothing is missing from it.',
  },
  requests: {
    name: 'Requests',
    description: 'What became of the requests of the last 30 days, for whoever builds on the API.',
  },
  metrics: { name: 'Metrics', description: 'What the platform measures about itself.' },
  operations: {
    name: 'Operations',
    description: 'What operators look at, and do, when an alarm goes off. No answer names a tenant’s data.',
  },
  meta: { name: 'Platform', description: 'Pages that describe the platform. They are open to everyone.' },
};

export function tagOf(group: string): Tag {
  const words = group.replaceAll('-', ' ');
  return TAGS[group] ?? { name: words.charAt(0).toUpperCase() + words.slice(1), description: '' };
}
