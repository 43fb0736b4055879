import { getHealth } from '#meta/meta.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getHealth, async () => ({ status: 'ok' as const }));
