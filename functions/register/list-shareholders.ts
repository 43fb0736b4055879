import { disclosing } from '#platform/db/disclosing.ts';
import { http } from '#platform/http/http.ts';
import { searchRegister } from '#register/search-register.ts';
import * as routes from '#register/shareholders.routes.ts';

export const handler = http(routes.listShareholders, ({ query, tenantRead }) =>
  tenantRead((read) => searchRegister(disclosing(read), query)),
);
