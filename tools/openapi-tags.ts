/** How the contract groups operations: by the domain that declares them. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

/** By domain of the route table. */
export const TAGS: Readonly<Record<string, Tag>> = {
  access: { name: 'Access', description: 'Signing in and out, and the keys that verify access tokens.' },
  tenants: { name: 'Tenants', description: 'The customers of the platform: issuers and plan sponsors.' },
  users: { name: 'Users', description: 'Who may sign in to a tenant, and in which role.' },
  shareholders: {
    name: 'Shareholders',
    description: 'The register of an issuer: holders of record, their positions, and transfers between them.',
  },
  uploads: { name: 'Uploads', description: 'Registers as files: sent, checked row by row, taken over.' },
  reports: {
    name: 'Reports',
    description: 'What was held when, as it was known when; what was paid, and how it adds up.',
  },
  webhooks: { name: 'Webhooks', description: 'Where a tenant’s own systems are told of events.' },
  dividends: {
    name: 'Dividends',
    description: 'Declared by a rate or a pool, and paid to who held on the record date.',
  },
  proxy: { name: 'Meetings', description: 'Meetings of shareholders, their votes, and the outcome.' },
  plans: { name: 'Plans', description: 'What employees are granted and contribute, by kind of plan.' },
  vesting: { name: 'Vesting', description: 'What has vested by a day, and what will.' },
  participants: { name: 'Participants', description: 'Employees as payees of their plans.' },
  contributions: { name: 'Contributions', description: 'What is paid into a plan.' },
  me: { name: 'Mine', description: 'What an employee sees of their own.' },
  'tenant-links': {
    name: 'Tenant links',
    description: 'By which an issuer lets a sponsor name its holders of record in plans.',
  },
  payments: {
    name: 'Payments',
    description: 'Movements of money, from order and approval to settlement, and what the bank says of them.',
  },
  'bank-accounts': { name: 'Bank accounts', description: 'Where payees are paid.' },
  'mock-bank': { name: 'Mock bank', description: 'Stands in for a bank where no money moves.' },
  ledger: { name: 'Ledger', description: 'The journal of double entries, and its balances.' },
  retention: { name: 'Retention', description: 'How long what is kept, and holds that keep it longer.' },
  audit: {
    name: 'Audit',
    description: 'The trail of what was done, by whom, and proof that none is missing.',
  },
  metrics: { name: 'Metrics', description: 'What the platform measures of itself.' },
  meta: { name: 'Platform', description: 'What describes the platform itself. Open to everyone.' },
};

export function tagOf(group: string): Tag {
  const words = group.replaceAll('-', ' ');
  return TAGS[group] ?? { name: words.charAt(0).toUpperCase() + words.slice(1), description: '' };
}
