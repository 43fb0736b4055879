import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { countedPage, listOf } from '#kernel/counted-page.ts';
import { idInPath, idOut, instantOut, text } from '#kernel/fields.ts';
import { isAccountNumber } from '#payments/nacha/account-number.ts';
import { isRoutingNumber } from '#payments/nacha/routing-number.ts';
import { employeeInPath } from '#plans/participants/employee-id.ts';
import { route } from '#platform/http/route.ts';
import { NotificationOfChange } from './account-correction.ts';
import { ACCOUNT_TYPES, HOLDER_TYPES } from './account-types.ts';

export const BankAccount = z.object({
  id: idOut,
  routing_number: z.string(),
  account_last4: z.string(),
  account_type: z.enum(ACCOUNT_TYPES),
  holder_type: z.enum(HOLDER_TYPES),
  holder_name: z.string(),
  status: z.enum(['ACTIVE', 'BLOCKED', 'REVOKED']),
  approval: z.enum(['NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED']),
  /** Payments go into it from then on; null while it waits for approval. */
  usable_from: instantOut.nullable(),
  /** Whether its bank has been asked for it by an entry of no money, and has said nothing against it; null where none is asked for. */
  prenote: z.enum(['WAITING', 'SENT', 'PASSED', 'REFUSED']).nullable(),
  status_reason: z.string().nullable(),
  version: z.number().int(),
  created_at: instantOut,
  created_by: idOut.nullable(),
  /** Its bank has notified us of these, the first one first; each keeps what stood there before. */
  notifications_of_change: z.array(NotificationOfChange),
});

const NewBankAccount = z.strictObject({
  routing_number: z
    .string('must be a string')
    .regex(/^\d{9}$/, 'must have nine digits')
    .refine(isRoutingNumber, 'is not an ABA routing number: its check digit is wrong, or no bank has it'),
  account_number: z.string('must be a string').refine(isAccountNumber, 'must have 4 to 17 digits'),
  account_type: z.enum(ACCOUNT_TYPES, `must be one of ${ACCOUNT_TYPES.join(', ')}`),
  holder_name: text(200),
  holder_type: z.enum(HOLDER_TYPES, `must be one of ${HOLDER_TYPES.join(', ')}`).default('INDIVIDUAL'),
});

const EXAMPLE = {
  routing_number: '121042882',
  account_number: '000123456789',
  account_type: 'CHECKING',
  holder_name: 'Ada Holder',
};

const create = {
  method: 'POST',
  description:
    'The account waits for a second person’s approval, and for `cooling_off_hours` of the payment settings after it; until then payments go into the one before. Where `prenotes` of the `bank_profile` asks for it, its bank is asked for the account in the next file, by an entry of no money, and nothing is paid into it until three banking days have passed without a return. Payments go to the newest account that may be used, unless a payment names another one. The number is stored encrypted; only its last four digits are ever shown again.',
  roles: ['ADMIN', 'OPS'],
  body: NewBankAccount,
  example: EXAMPLE,
  status: 202,
  location: '/approvals/{id}',
  response: ChangeRequest,
  concurrency: 'etag',
  audit: 'bank-account.created',
  uses: ['fieldKey:use', 'eventBus:put'],
} as const;

const list = {
  method: 'GET',
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({ ...countedPage }),
  status: 200,
  response: listOf(BankAccount),
  problems: ['not-found'],
  uses: [],
} as const;

const ofShareholder = {
  tenants: ['ISSUER'],
  path: '/shareholders/{id}/bank-accounts',
  params: idInPath,
} as const;
const ofParticipant = {
  tenants: ['SPONSOR'],
  path: '/participants/{employee}/bank-accounts',
  params: employeeInPath,
} as const;

export const createShareholderBankAccount = route({
  operationId: 'createShareholderBankAccount',
  summary: 'Add a bank account of a shareholder',
  ...create,
  ...ofShareholder,
  problems: ['not-found', 'shareholder-closed'],
});

export const listShareholderBankAccounts = route({
  operationId: 'listShareholderBankAccounts',
  summary: 'List the bank accounts of a shareholder',
  ...list,
  ...ofShareholder,
});

export const createParticipantBankAccount = route({
  operationId: 'createParticipantBankAccount',
  summary: 'Add a bank account of a plan participant',
  ...create,
  ...ofParticipant,
  problems: ['not-found'],
});

export const listParticipantBankAccounts = route({
  operationId: 'listParticipantBankAccounts',
  summary: 'List the bank accounts of a plan participant',
  ...list,
  ...ofParticipant,
});
