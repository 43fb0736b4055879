import * as routes from '#identity/links/links.routes.ts';
import { redeemLink } from '#identity/links/redeem-link.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.acceptInvitation, async (request) => {
  await redeemLink(request, 'INVITATION', request.body);
  return undefined;
});
