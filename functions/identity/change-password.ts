import * as routes from '#identity/account/account.routes.ts';
import { changeOwnPassword } from '#identity/account/change-password.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.changePassword, async (request) => {
  await changeOwnPassword(request);
  return undefined;
});
