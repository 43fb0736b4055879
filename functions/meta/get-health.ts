import * as routes from '#meta/meta.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getHealth, async () => ({ status: 'ok' as const }));
