import { route } from '#platform/http/route.ts';
import { DOORS, MAPPED, SAME_BYTES, sending } from './sending-file.ts';
import { namedSettings } from './upload-settings.ts';
import { NewUpload, OfferedUpload } from './uploads.routes.ts';

const WAITS = [
  'A file that changes anything waits in the state AWAITING_APPROVAL, with its `changes`, until a second person approves it as a whole under `/approvals`; whoever has uploaded',
  'it doesn’t. Then the same bytes are loaded: rows of payees whom somebody has changed since the file was received are refused (`changed-since-received`). A payee has one row. The same file again changes nothing.',
];

const ofPayees = {
  tenants: ['ISSUER', 'SPONSOR'],
  ...sending,
  query: sending.query.extend(namedSettings),
  body: NewUpload.extend(namedSettings),
  response: OfferedUpload,
} as const;

export const createKycUpload = route({
  operationId: 'createKycUpload',
  path: '/uploads/kyc',
  summary: 'Upload a file of KYC statuses',
  description: [
    ...DOORS,
    'Columns: `payee` (the `external_ref` of a shareholder, or the `employee_id` of a participant) `status` (UNVERIFIED, PENDING, VERIFIED or REJECTED), and optionally `reason` and `effective_date`, the day of the check, which is not in the future. They are kept beside a status that changes.',
    ...WAITS,
    'Whoever approves it, who has the role COMPLIANCE, verifies its payees: those whom this person, or somebody on whom they depend, has entered or renamed, or for whom they have proposed an account, are refused (`not-independent`).',
    MAPPED,
    ...SAME_BYTES,
  ].join('\n'),
  ...ofPayees,
  example: { filename: 'kyc.csv', size: 1_048_576 },
});

export const createBankAccountUpload = route({
  operationId: 'createBankAccountUpload',
  path: '/uploads/bank-accounts',
  summary: 'Upload a file of bank accounts of payees',
  description: [
    ...DOORS,
    'Columns: `payee` (the `external_ref` of a shareholder, or the `employee_id` of a participant), `routing_number`, `account_number`, `account_type` (CHECKING or SAVINGS), `holder_name`, and optionally `holder_type` (INDIVIDUAL, the default, or COMPANY).',
    ...WAITS,
    'Each account cools off after the approval like one that was added by itself; until then payments go into the one before. Numbers are stored encrypted: findings, errors files and lists of changes have their last four digits, so that a refused row needs its number again.',
    'A row whose number is that of the payee’s newest account, which is blocked or revoked, is refused (`account-blocked`).',
    MAPPED,
    ...SAME_BYTES,
  ].join('\n'),
  ...ofPayees,
  example: { filename: 'accounts.csv', size: 1_048_576 },
});

export const createTaxCertificationUpload = route({
  operationId: 'createTaxCertificationUpload',
  path: '/uploads/tax-certifications',
  summary: 'Upload a file of tax ids and forms of shareholders',
  description: [
    ...DOORS,
    'Columns: `payee` (the `external_ref` of a shareholder), `certification` (W9, W8BEN, W8BENE or NONE), and optionally `tax_id_type` with `tax_id`, `signed_on`, `treaty_country`, `treaty_rate`, `exempt_payee` and `backup_withholding` (true or false).',
    'A row replaces the form on record, as `PUT /shareholders/{id}/tax-certification` does: without a number the one on record stays, and so does the authority’s word where `backup_withholding` is empty. Another number of a verified holder sets KYC back to PENDING.',
    ...WAITS,
    'Numbers are stored encrypted: findings, errors files and lists of changes have their last digits, so that a refused row needs its number again.',
    MAPPED,
    ...SAME_BYTES,
  ].join('\n'),
  ...ofPayees,
  tenants: ['ISSUER'],
  example: { filename: 'forms.csv', size: 1_048_576 },
});
