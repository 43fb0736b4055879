import { publishedKeySet } from '#identity/keys/signing-keys.ts';
import * as routes from '#identity/sign-in/sign-in.routes.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getKeySet, async () =>
  reply(await publishedKeySet(), { headers: { 'cache-control': 'public, max-age=300' } }),
);
