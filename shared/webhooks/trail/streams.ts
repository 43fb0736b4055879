import {
  type Activity,
  changeActivity,
  recordChanges,
  type SettledActivity,
  securityActivity,
  securityReport,
} from '#audit/trail/told-streams.ts';
import type { AuditAction } from '#contracts/audit-actions.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import { emit, type TenantTx } from '#platform/db/tenant-tx.ts';
import { CHANGED_RECORDS, SECURITY_EVENTS, type Told } from './told.ts';

type Range = Readonly<Record<'from' | 'to', string>>;

/** A part of the trail that webhooks can ask for. */
export interface Stream extends Told {
  /** The action of the entry that says how many were told. */
  readonly action: AuditAction;
  /** Entries of all tenants that are looked through at once, after the job has been away. */
  readonly atOnce: number;
  activity(tx: SystemTx, from: string, most: number): Promise<SettledActivity>;
  /** Emits what a tenant is told, and returns how many entries it is about. */
  tell(tx: TenantTx, range: Range, activity: Activity): Promise<number>;
}

const security: Stream = {
  ...SECURITY_EVENTS,
  action: 'security.reported',
  atOnce: 50_000,
  activity: securityActivity,
  tell: async (tx, range, activity) => {
    const report = await securityReport(tx, range, activity);
    if (report === undefined) return 0;
    emit(tx, 'security.reported', report);
    return report.total;
  },
};

const changes: Stream = {
  ...CHANGED_RECORDS,
  action: 'records.reported',
  // All of them may be one tenant's, whose events are written at once.
  atOnce: 5_000,
  activity: changeActivity,
  tell: async (tx, range, activity) => {
    const events = await recordChanges(tx, range, activity);
    for (const { type, changes: told } of events) emit(tx, type, { changes: told });
    return events.reduce((sum, { changes: told }) => sum + told.length, 0);
  },
};

export const STREAMS: readonly Stream[] = [security, changes];
