import { listExecutions } from '#operations/executions.ts';
import * as routes from '#operations/operations.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listExecutions, ({ query }) => listExecutions(query));
