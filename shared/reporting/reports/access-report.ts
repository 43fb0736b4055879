import type { z } from 'zod';
import { type AccessReportRow, listAccess } from './access-report.repository.ts';
import type { getAccessReport, ReportedAccess } from './access-report.routes.ts';
import { conflictsBehind, conflictsOf, conflictsOverTime, decidable } from './duty-conflicts.ts';
import type { Report } from './report.ts';

type Sent = z.output<(typeof getAccessReport)['query']>;
type Item = z.input<typeof ReportedAccess>;

/** The states in which nobody can do anything any more. */
const ENDED: readonly string[] = ['DISABLED', 'REVOKED', 'EXPIRED', 'FAILED'];
/** The order of the kinds in the report. */
const KINDS: readonly string[] = ['USER', 'API_KEY', 'DROP_CREDENTIAL'];

const words = (list: readonly string[]): string => list.join(' ');

/** The controlled changes that come by a drop credential. */
const DROPPED = ['dropped-file', 'kyc-file', 'bank-account-file', 'tax-certification-file'] as const;

function conflicts({ kind, role, behind_role }: AccessReportRow): readonly string[] {
  if (kind === 'USER') return conflictsOf(role);
  if (behind_role === null) return [];
  return kind === 'API_KEY' ? conflictsBehind(role, behind_role) : decidable(behind_role, DROPPED);
}

/** The report of who may do what in the tenant, and who has both hands. */
export const accessReport: Report<Sent, object, AccessReportRow, object, Item> = {
  name: 'access',
  columns: {
    kind: 'text',
    id: 'text',
    name: 'text',
    role: 'text',
    status: 'text',
    routes: 'text',
    granted_by: 'text',
    granted_at: 'text',
    made_by: 'text',
    approved_by: 'text',
    last_used_at: 'text',
    last_used_from: 'text',
    expires_at: 'text',
    past_roles: 'text',
    conflicts: 'text',
    conflicts_over_time: 'text',
    undecided: 'text',
  },
  cursor: ['integer', 'uuid'],
  settle: () => ({}),
  parameters: () => ({}),
  head: async () => ({}),
  rows: listAccess,
  position: ({ kind, id }) => [String(KINDS.indexOf(kind) + 1), id],
  toItem: (row) => {
    const ended = ENDED.includes(row.status);
    const past = row.past_roles.filter((role) => role !== row.role);
    return {
      kind: row.kind as Item['kind'],
      id: row.id,
      name: row.name,
      role: row.role,
      status: row.status,
      routes: row.routes === null ? null : words(row.routes),
      granted_by: row.granted_by as Item['granted_by'],
      granted_at: (row.role_since ?? row.created_at).toISOString(),
      made_by: row.made_by,
      approved_by: row.confirmed_by,
      last_used_at: row.last_used_at?.toISOString() ?? null,
      last_used_from: row.last_used_from,
      expires_at: row.expires_at?.toISOString() ?? null,
      past_roles: words(past),
      conflicts: ended ? '' : words(conflicts(row)),
      conflicts_over_time: ended ? '' : words(conflictsOverTime(row.role, past)),
      undecided: ended ? '' : words(decidable(row.role, row.waiting)),
    };
  },
};
