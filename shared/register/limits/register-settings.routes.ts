import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { decimalOut, instantOut } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { percent } from './percent.ts';

/** NONE: no tax is withheld on dividends. US: it is, by the rules of the United States. */
const withholding = z.enum(['NONE', 'US'], 'must be NONE or US');

export const RegisterSettings = z.object({
  /** A person's change of more than so much of a class's shares waits for a second person. */
  by_hand_percent: decimalOut,
  /** A file's change of more than so much of a class's shares waits for a second person. */
  by_file_percent: decimalOut,
  withholding,
  version: z.number().int(),
  updated_at: instantOut.nullable(),
});

const shared = {
  path: '/settings/register',
  status: 200,
  response: RegisterSettings,
  tenants: ['ISSUER'],
} as const;

export const getRegisterSettings = route({
  operationId: 'getRegisterSettings',
  method: 'GET',
  summary:
    'Get the settings of the register: limits above which a change of positions waits for a second person, and withholding',
  ...shared,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  concurrency: 'etag',
  problems: [],
  uses: [],
});

export const setRegisterSettings = route({
  operationId: 'setRegisterSettings',
  method: 'PUT',
  summary: 'Set the limits above which a change of positions waits for a second person, and withholding',
  description:
    'Replaces both limits, in percent of a class’s shares; without a value, 1 by hand and 10 by file. Zero: every change waits; 100: none does. What one user has moved on the same day, by files that were uploaded or dropped, counts together. A higher limit waits for a second person; a lower one takes effect at once. `withholding` says whether tax is withheld on dividends that are frozen later, US: by the forms of the holders, see `/shareholders/{id}/tax-certification`. Without it, it stays; a change of it always waits for a second person, since it decides where money goes.',
  ...shared,
  roles: ['ADMIN'],
  body: z.strictObject({
    by_hand_percent: percent.optional(),
    by_file_percent: percent.optional(),
    withholding: withholding.optional(),
  }),
  example: { by_hand_percent: '0.5', by_file_percent: '5' },
  concurrency: 'if-match',
  waiting: ChangeRequest,
  audit: 'register-settings.set',
  problems: ['second-factor-required', 'change-pending', 'precondition-failed', 'precondition-required'],
  uses: ['eventBus:put', 'secondFactor:demand'],
});
