import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as routes from '#meta/meta.routes.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getOpenapi, async () =>
  reply(await readFile(join(import.meta.dirname, 'openapi.json'), 'utf8'), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
  }),
);
