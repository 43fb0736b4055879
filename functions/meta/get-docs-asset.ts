import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ASSETS_DIRECTORY, DOCS_ASSETS } from '#meta/docs-assets.ts';
import * as routes from '#meta/meta.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getDocsAsset, async ({ params: { asset } }) => {
  const { contentType } = found(Object.hasOwn(DOCS_ASSETS, asset) ? DOCS_ASSETS[asset] : undefined);
  const text = await readFile(join(import.meta.dirname, ASSETS_DIRECTORY, asset), 'utf8');
  return reply(text, {
    headers: { 'content-type': contentType, 'cache-control': 'public, max-age=31536000, immutable' },
  });
});
