import type { z } from 'zod';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { requireDeclaredClass } from '#register/classes/declared-class.ts';
import { insertMeeting, type MeetingRow } from './meeting.repository.ts';
import type { createMeeting } from './meetings.routes.ts';

/**
 * Calls a meeting of the holders of a declared class.
 * @throws DomainError `validation-failed`
 */
export async function callMeeting(
  tx: TenantTx,
  meeting: z.output<typeof createMeeting.body>,
): Promise<MeetingRow> {
  await requireDeclaredClass(tx, meeting.security_class);
  return insertMeeting(tx, meeting);
}
