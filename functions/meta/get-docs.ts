import { docsPage } from '#meta/docs-page.ts';
import * as routes from '#meta/meta.routes.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getDocs, async () => reply(docsPage.html, { headers: docsPage.headers }));
