import * as z from 'zod';
import { route } from '#platform/http/route.ts';

/** This route is for those who run the platform. No metric belongs to a tenant. */
export const getMetrics = route({
  operationId: 'getMetrics',
  method: 'GET',
  path: '/metrics',
  base: 'root',
  summary: 'Get the platform’s metrics in the format of Prometheus',
  description:
    'Counters start again each day at midnight UTC, which Prometheus treats as a restart. No label names a tenant or a user.',
  roles: ['OPERATOR'],
  status: 200,
  response: z.string(),
  produces: ['text/plain'],
  limit: 'reports',
  problems: [],
  uses: ['metrics:read'],
  timeoutSeconds: 29,
});
