import { callPublic } from '#platform/outbound/call-public.ts';
import * as jobs from '#platform/outbound/outbound.jobs.ts';
import { PublicCallSchema } from '#platform/outbound/public-call.schema.ts';
import { called } from '#platform/queue/called.ts';

export const handler = called(jobs.fetchPublic, PublicCallSchema, callPublic);
