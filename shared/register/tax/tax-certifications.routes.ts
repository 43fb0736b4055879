import * as z from 'zod';
import { ChangeRequest } from '#approvals/change-request.ts';
import { isCountry } from '#kernel/countries.ts';
import { dateOut, decimalOut, idInPath, idOut, instantOut, isoDate, text } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { percent } from '#register/limits/percent.ts';
import { CERTIFICATIONS } from './tax-certification.ts';
import { TAX_ID_TYPES } from './tax-id.ts';

const types = z.enum(TAX_ID_TYPES, `must be one of ${TAX_ID_TYPES.join(', ')}`);
const certification = z.enum(CERTIFICATIONS, `must be one of ${CERTIFICATIONS.join(', ')}`);

export const TaxCertification = z.object({
  shareholder_id: idOut,
  /** Null: none is known. */
  tax_id: z.object({ type: types, last4: z.string() }).nullable(),
  certification,
  signed_on: dateOut.nullable(),
  /** The last day on which it holds: of a W-8, the end of the third calendar year after it was signed. Null: a W-9, which holds until another one is given, or none. */
  expires_on: dateOut.nullable(),
  /** The country whose treaty is claimed. Null: none is. */
  treaty_country: z.string().nullable(),
  /** The percentage that the treaty allows to be withheld from a dividend. Null: that of the law, 30. */
  treaty_rate: decimalOut.nullable(),
  /** The form W-9 names a code for exempt payees: nothing is withheld. */
  exempt_payee: z.boolean(),
  /** The authority has told the issuer to withhold, by a notice of a wrong number or of income that was not reported. */
  backup_withholding: z.boolean(),
  /** Whether the form holds today. */
  standing: z.enum(['VALID', 'EXPIRED', 'NONE']),
  version: z.number().int(),
  updated_at: instantOut.nullable(),
});

const shared = {
  tenants: ['ISSUER'],
  path: '/shareholders/{id}/tax-certification',
  params: idInPath,
  status: 200,
  response: TaxCertification,
} as const;

export const getTaxCertification = route({
  operationId: 'getTaxCertification',
  method: 'GET',
  summary: 'Get the tax id of a shareholder, by its last digits, and the form that certifies it',
  description: 'A holder of whom nothing is known has the version 0.',
  ...shared,
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  concurrency: 'etag',
  problems: ['not-found'],
  uses: [],
});

export const setTaxCertification = route({
  operationId: 'setTaxCertification',
  method: 'PUT',
  summary: 'Set the tax id of a shareholder, and the form that certifies it',
  description: [
    'Replaces what was known, but for the `tax_id`: without it the one on record stays, and null clears it. The number is stored encrypted; only its last four digits are ever shown again. A form has the day on which it was `signed_on`; a W-9 has an SSN, ITIN or EIN, and a W-8 may claim the treaty of a country, with the `treaty_rate` in percent that it allows on dividends.',
    'An issuer who withholds (`/settings/register`) does so on dividends that are frozen later: at 24 % from a person of the United States who has certified no number, or of whom the authority has said so (`backup_withholding`, which stays until it is set to false), unless the W-9 is that of an `exempt_payee`; at 30 % from holders with a W-8 or a foreign number, or at the rate of their treaty as long as the form holds on the payable date.',
    'Where the issuer withholds, a form or a number by which less would be withheld from the holder on some day waits for a second person: the answer is then a change request, and what is on record stays until it is decided. What raises it, or leaves it as it is, takes effect at once.',
    'Another number is another person, as far as anybody knows: the KYC status of a holder who was verified with the one before goes back to PENDING. Whoever enters a number doesn’t verify the holder.',
  ].join('\n\n'),
  ...shared,
  roles: ['ADMIN', 'OPS'],
  body: z.strictObject({
    tax_id: z
      .strictObject({ type: types, number: text(40) })
      .nullable()
      .optional(),
    certification,
    signed_on: isoDate.nullable().default(null),
    treaty_country: z
      .string('must be a string')
      .refine(isCountry, 'must be a country by its two letters of ISO 3166, such as DE')
      .meta({ openapi: { type: 'string', pattern: '^[A-Z]{2}$' } })
      .nullable()
      .default(null),
    treaty_rate: percent.nullable().default(null),
    exempt_payee: z.boolean('must be true or false').default(false),
    backup_withholding: z.boolean('must be true or false').optional(),
  }),
  example: {
    tax_id: { type: 'SSN', number: '123-45-6789' },
    certification: 'W9',
    signed_on: '2026-01-05',
  },
  concurrency: 'if-match',
  audit: 'tax-certification.set',
  waiting: ChangeRequest,
  problems: [
    'not-found',
    'shareholder-closed',
    'change-pending',
    'precondition-failed',
    'precondition-required',
  ],
  uses: ['fieldKey:use', 'eventBus:put'],
});
