import type { z } from 'zod';
import type { AuditEntry } from '#audit/audit.routes.ts';
import { searchHistory, toAuditEntry } from '#audit/trail/audit-entry.repository.ts';
import { SECURITY_ACTION_NAMES, SECURITY_ACTIONS } from '#contracts/security-actions.ts';
import type { Role } from '#kernel/roles.ts';
import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { HISTORY_SORTS, type listHistory, TOLD_OF } from './history.routes.ts';

type Entry = z.input<typeof AuditEntry>;
type Query = z.output<(typeof listHistory)['query']>;

/** Entries of who has read or tried something. Only those who watch over others are told. */
const OF_READERS = SECURITY_ACTION_NAMES.filter((action) =>
  ['denial', 'disclosure'].includes(SECURITY_ACTIONS[action]),
);

/** The records beside the objects themselves whose changes everybody is told who may list a history. */
export const TOLD_BESIDE = [
  'bank-accounts',
  'bank-items',
  'bank-statements',
  'grants',
  'outbound-files',
  'payment-runs',
  'payment-settings',
  'plan-document-versions',
  'register-settings',
  'report-exports',
  'statement-items',
  'tax-certifications',
  'tax-remittances',
  'upload-mappings',
  'vesting-events',
] as const;

const TOLD: readonly string[] = [...TOLD_OF, ...TOLD_BESIDE];

/** Reads what was done to an object, as far as a reader of that role may know it. */
export async function readHistory(read: TenantRead, query: Query, role: Role) {
  const watches = role === 'ADMIN' || role === 'COMPLIANCE';
  const rows = await searchHistory(
    read,
    { resources: namesOf(query.resource), limit: query.limit, without: watches ? undefined : OF_READERS },
    sorted(HISTORY_SORTS, query),
  );
  return toSortedPage(HISTORY_SORTS, query, rows, (row) => {
    const entry = toAuditEntry(row);
    return watches ? entry : toldToAll(entry);
  });
}

/** A file that went to the bank is one object, and has two names in the trail: the request's, and the table's. */
function namesOf(resource: string): readonly string[] {
  return resource.startsWith('bank-files/')
    ? [resource, resource.replace('bank-files/', 'outbound-files/')]
    : [resource];
}

function toldToAll({ changes, changes_complete, ...entry }: Entry): Entry {
  const told = changes.filter(({ resource }) => TOLD.includes(resource.split('/')[0] ?? ''));
  return {
    ...entry,
    source_ip: null,
    user_agent: null,
    changes: told,
    changes_complete: changes_complete && told.length === changes.length,
  };
}
