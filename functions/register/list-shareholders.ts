import { http } from '#platform/http/http.ts';
import { listShareholders as list } from '#register/shareholder.repository.ts';
import { listShareholders } from '#register/shareholders.routes.ts';

export const handler = http(listShareholders, ({ query, tenantRead }) =>
  tenantRead((read) => list(read, query)),
);
