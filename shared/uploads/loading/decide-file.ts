import type { ChangeEffects } from '#approvals/decide-change.ts';
import { stillThere } from '#approvals/propose-change.ts';
import { command, emit } from '#platform/db/tenant-tx.ts';
import { notificationOf, storedVersion } from '#uploads/intake/upload-event.ts';
import { setApproved, setFailed } from '#uploads/upload.repository.ts';
import { validateUpload } from '#uploads/uploads.jobs.ts';

const REFUSALS = {
  DENIED: { code: 'approval-denied', text: 'Another person has denied it' },
  WITHDRAWN: { code: 'approval-withdrawn', text: 'It was withdrawn' },
} as const;

/** A file that was approved is announced again, and loaded as it was shown; one that was refused has ended. */
export const fileEffects: ChangeEffects = {
  approved: async (tx, { subject_id }, { confirmedBy }) => {
    const upload = stillThere(await setApproved(tx, subject_id, String(confirmedBy)));
    const { object_key: key, object_ref: ref, bytes_total } = upload;
    const { versionId } = storedVersion(key, ref);
    const message = notificationOf(key, { bytes: Number(bytes_total), versionId }, ref);
    command(tx, { type: 'message.send', queue: validateUpload.queue, message });
    return undefined;
  },
  refused: async (tx, { subject_id }, decision) => {
    const { code, text } = REFUSALS[decision];
    const failure = `${code}: ${text}. Nothing was loaded.`;
    const upload = await setFailed(tx, subject_id, failure, { states: ['AWAITING_APPROVAL'] });
    if (upload !== undefined) emit(tx, 'upload.failed', { upload_id: upload.id, kind: upload.kind, code });
    return undefined;
  },
};
