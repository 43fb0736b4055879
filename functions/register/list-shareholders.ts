import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';
import { listShareholders } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

export const handler = http(routes.listShareholders, ({ query, tenantRead }) =>
  tenantRead((read) => listShareholders(disclosing(read), query)),
);
