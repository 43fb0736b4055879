import * as z from 'zod';
import { idInPath } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { ChangeRequest } from './change-request.ts';

/** The reasons for which a reader of a request can't decide on it. */
export const CANNOT_DECIDE = [
  'decided',
  'own-proposal',
  'role',
  'not-independent',
  'tenant-has-second-person',
] as const;

/** A request as somebody sees it who may have to decide on it. */
export const SeenChangeRequest = ChangeRequest.extend({
  /** The name of the holder or participant whose shares, payment, account or form it is; null where it is of nobody’s, or the name was erased. */
  subject_name: z.string().nullable(),
  can_decide: z.boolean(),
  /** Null where the reader can decide; `not-independent`: the reader and the proposer depend on one person, who made or reset them. */
  cannot_decide_because: z.enum(CANNOT_DECIDE).nullable(),
});

/** Stands alone, since every function whose change may wait answers with its address. */
export const getApproval = route({
  operationId: 'getApproval',
  method: 'GET',
  path: '/approvals/{id}',
  summary: 'Get a change request',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE', 'OPERATOR'],
  params: idInPath,
  status: 200,
  response: SeenChangeRequest,
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});
