import { writeObject } from '#platform/storage/objects.ts';
import { changesKey } from '#uploads/intake/upload-event.ts';
import type { UploadRecord } from '#uploads/upload.repository.ts';
import type { Review } from './upload-loader.ts';

/** Stores the list of what a file would change, and returns its key. */
export async function storeChanges(
  { id, tenant_id }: Pick<UploadRecord, 'id' | 'tenant_id'>,
  review: Review,
): Promise<string> {
  const key = changesKey(tenant_id, id);
  await writeObject(key, review.lines(), {
    contentType: 'text/csv; charset=utf-8; header=present',
    filename: `changes-${id}.csv`,
  });
  return key;
}
