import { docsPage } from '#meta/docs-page.ts';
import { getDocs } from '#meta/meta.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getDocs, async () => docsPage);
