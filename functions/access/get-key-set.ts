import { getKeySet } from '#access/access.routes.ts';
import { publishedKeySet } from '#access/signing-keys.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(getKeySet, async () =>
  reply(await publishedKeySet(), { headers: { 'cache-control': 'public, max-age=300' } }),
);
