import type { ContributionColumn } from '#uploads/checking/contribution-upload.schema.ts';
import type { ParticipantColumn } from '#uploads/checking/participant-upload.schema.ts';
import type { ShareholderColumn } from '#uploads/checking/shareholder-upload.schema.ts';
import type { Me } from '../../frame/me.ts';

const PAYROLL: Readonly<Record<ContributionColumn, string>> = {
  employee_id: 'Number of the person',
  plan_type: 'Plan',
  amount: 'Amount',
  source: 'Source of the money',
  period: 'Pay date, or month',
  currency: 'Currency',
  run_id: 'Run',
};

const CENSUS: Readonly<Record<ParticipantColumn, string>> = {
  employee_id: 'Number of the person',
  name: 'Name',
  email: 'Email',
  date_of_birth: 'Date of birth',
  hired_on: 'Hired',
  terminated_on: 'Left',
  rehired_on: 'Came back',
  compensation: 'Pay of a year',
  plan_type: 'Plan to be enrolled in',
  enrolled_on: 'Enrolled from',
  plan_document: 'Plan document',
};

const REGISTER: Readonly<Record<ShareholderColumn, string>> = {
  external_ref: 'Reference of the holder',
  name: 'Name',
  email: 'Email',
  holdings: 'Shares',
  security_class: 'Class',
  effective_date: 'Effective date',
  kind: 'Person or organisation',
  given_name: 'Given name',
  family_name: 'Family name',
  phone: 'Telephone',
  address: 'Address, in one cell',
  address_line_1: 'Address, first line',
  address_line_2: 'Address, second line',
  address_line_3: 'Address, third line',
  city: 'City',
  region: 'Region',
  postal_code: 'Postal code',
  country: 'Country',
};

/** The kinds of files that are mapped here, with our columns in words. The others are mapped by the API. */
export const MAPPED = {
  contributions: { text: 'Payroll file of contributions', of: 'SPONSOR', columns: PAYROLL },
  participants: { text: 'Census of participants', of: 'SPONSOR', columns: CENSUS },
  shareholders: { text: 'Register of shareholders', of: 'ISSUER', columns: REGISTER },
} as const satisfies Record<
  string,
  {
    readonly text: string;
    readonly of: NonNullable<Me['tenant']>['type'];
    readonly columns: Readonly<Record<string, string>>;
  }
>;
export type MappedKind = keyof typeof MAPPED;
