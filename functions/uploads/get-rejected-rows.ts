import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { enterOnceAMinute } from '#platform/http/once-a-minute.ts';
import { readErrorsFile } from '#uploads/checking/read-errors-file.ts';
import * as routes from '#uploads/intake/rejected-rows.routes.ts';
import { findUpload } from '#uploads/upload.repository.ts';

export const handler = http(routes.getRejectedRows, async ({ actor, params, tenantRead }) => {
  const { errors_key, id, kind, rejected } = found(await tenantRead((read) => findUpload(read, params.id)));
  const rows = found(await readErrorsFile(found(errors_key ?? undefined), routes.MOST_REJECTED_ROWS));
  // A row that can't be entered as read isn't shown.
  const entry = {
    action: 'personal-data.read',
    resource: `uploads/${id}`,
    payload: { kind, rejected },
  } as const;
  await enterOnceAMinute(actor, entry);
  return rows;
});
