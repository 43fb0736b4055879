import { readClock, toClock } from '#identity/clock/clock.repository.ts';
import * as routes from '#identity/clock/clock.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getClock, async ({ tenantRead }) => toClock(await tenantRead(readClock)));
