import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { networksUpTo } from '#identity/network.fields.ts';
import { SESSION_HOURS, SESSION_IDLE_MINUTES } from '#identity/sign-in/sign-in-limits.ts';
import { id, idOut, instantOut, wholeNumber } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';

export const SignInSettings = z.object({
  sso_required: z.boolean(),
  break_glass_user_id: idOut.nullable(),
  second_factor_demanded: z.boolean().nullable(),
  /** The networks that its people may come from, and its keys that name none of their own; null: any. */
  networks: z.array(z.string()).nullable(),
  /** The time without a refresh, and the time in all, after which a session ends; null: the platform's. */
  session_idle_minutes: z.number().int().nullable(),
  session_hours: z.number().int().nullable(),
  version: z.number().int(),
  updated_at: instantOut.nullable(),
});

const tenants = ['ISSUER', 'SPONSOR'] as const;
const MAX_NETWORKS = 50;

export const getSignInSettings = route({
  operationId: 'getSignInSettings',
  method: 'GET',
  path: '/settings/sign-in',
  summary: 'Get how people of the tenant may sign in',
  tenants,
  roles: ['ADMIN', 'COMPLIANCE'],
  status: 200,
  response: SignInSettings,
  concurrency: 'etag',
  problems: [],
  uses: [],
});

export const setSignInSettings = route({
  operationId: 'setSignInSettings',
  method: 'PUT',
  path: '/settings/sign-in',
  summary: 'Set how, from where and for how long people of the tenant sign in',
  description:
    'With `sso_required` passwords let in one user alone, the ADMIN whom `break_glass_user_id` names, and sessions that passwords have begun end, except that user’s. It takes an ACTIVE connection. `second_factor_demanded` says whether ADMIN, COMPLIANCE and OPS need a second factor; null, also if it is left out: as the environment says. `networks` are those from which people of the tenant may sign in and send requests, and API keys that name none of their own; null or an empty list, also if it is left out: any. Operators are not bound by them. Networks that leave out the address of whoever sets them are refused. A session ends after `session_idle_minutes` without a refresh, and `session_hours` after its sign-in; null, also if it is left out: as late as the platform lets it. What only narrows the networks, or ends sessions sooner, takes effect at once, for sessions that live with their next refresh; every other change waits for a second person.',
  tenants,
  roles: ['ADMIN'],
  body: z.strictObject({
    sso_required: z.boolean('must be true or false'),
    break_glass_user_id: id.nullable(),
    second_factor_demanded: z.boolean('must be true, false or null').nullable().default(null),
    networks: networksUpTo(MAX_NETWORKS).nullable().default(null),
    session_idle_minutes: wholeNumber(5, SESSION_IDLE_MINUTES).nullable().default(null),
    session_hours: wholeNumber(1, SESSION_HOURS).nullable().default(null),
  }),
  example: { sso_required: false, break_glass_user_id: null, networks: ['203.0.113.0/24', '2001:db8::/32'] },
  status: 200,
  response: SignInSettings,
  concurrency: 'if-match',
  waiting: ChangeRequest,
  audit: 'sign-in-settings.set',
  problems: ['change-pending', 'precondition-failed', 'precondition-required', 'second-factor-required'],
  uses: ['eventBus:put', 'secondFactor:demand'],
});
