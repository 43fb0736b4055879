import * as routes from '#meta/meta.routes.ts';
import { metaEnvironment } from '#meta/meta-environment.ts';
import { securityTxt } from '#meta/security-txt.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getSecurityTxt, async () =>
  reply(securityTxt(metaEnvironment.securityContact()), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  }),
);
