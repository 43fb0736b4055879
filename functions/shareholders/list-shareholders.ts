import { http } from '#platform/http/http.ts';
import { listShareholders as list } from '#shareholders/shareholder.repository.ts';
import { listShareholders } from '#shareholders/shareholders.routes.ts';

export const handler = http(listShareholders, ({ query, tenantRead }) =>
  tenantRead((read) => list(read, query)),
);
