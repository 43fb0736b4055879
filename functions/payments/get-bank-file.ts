import { findFile, listItems, listStatements, toBankFile } from '#payments/files/bank-file.repository.ts';
import * as routes from '#payments/files/bank-files.routes.ts';
import { toItem } from '#payments/files/shown-item.ts';
import { toPage } from '#platform/db/cursor.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getBankFile, ({ params, query, tenantRead }) =>
  tenantRead(async (read) => {
    const file = found(await findFile(read, params.id));
    const rows = await listItems(read, params.id, query);
    const { data, next_cursor } = toPage(rows, query.limit, toItem, (row) => [String(row.line)]);
    const statements = file.kind === 'STATEMENT' ? { statements: await listStatements(read, params.id) } : {};
    return { ...toBankFile(file), ...statements, items: data, next_cursor };
  }),
);
