import * as routes from '#operations/operations.routes.ts';
import { listSchedules } from '#operations/schedules.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listSchedules, async () => ({ data: await listSchedules(new Date()) }));
