import * as routes from '#identity/links/links.routes.ts';
import { redeemLink } from '#identity/links/redeem-link.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.resetPassword, async (request) => {
  await redeemLink(request, 'RESET', request.body);
  return undefined;
});
