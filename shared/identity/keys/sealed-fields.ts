import { credentialPlace } from '#identity/connections/client-credential.ts';
import { factorPlace } from '#identity/second-factor/factor-place.ts';
import { instructionPlace } from '#payments/execution/payment-instruction.ts';
import { correctionPlace } from '#payments/files/correction-place.ts';
import { numberPlace } from '#payments/payees/number-place.ts';
import { offsetPlace } from '#payments/settings/offset-place.ts';
import { statementPlace } from '#payments/settings/statement-account.ts';
import { taxIdPlace } from '#register/tax/tax-id-place.ts';
import { keyPlace } from '#uploads/drop/drop-key-place.ts';
import { secretPlace } from '#webhooks/delivery/webhook-signature.ts';

/** A column of sealed values, or of arrays of them. A test finds one that is missing here by its name. */
export interface SealedField {
  readonly table:
    | 'account_corrections'
    | 'bank_accounts'
    | 'connections'
    | 'drop_credentials'
    | 'inbound_items'
    | 'outbound_entries'
    | 'outbound_files'
    | 'outbound_prenotes'
    | 'payment_settings'
    | 'second_factors'
    | 'tax_certifications'
    | 'webhooks';
  readonly key: 'id' | 'shareholder_id' | 'tenant_id' | 'transaction_id';
  readonly column:
    | 'account_number_sealed'
    | 'corrected_sealed'
    | 'credential_sealed'
    | 'instruction_sealed'
    | 'number_before_sealed'
    | 'offset_number_sealed'
    | 'statement_number_sealed'
    | 'secret_sealed'
    | 'secrets_sealed'
    | 'tax_id_sealed';
  readonly isArray: boolean;
  /** The column by whose value the place is found. @default the key */
  readonly placeKey?: 'bank_account_id' | 'tenant_id';
  /** Returns the place that a value of the row was sealed for. */
  readonly placeOf: (key: string) => string;
}

export const SEALED_FIELDS: readonly SealedField[] = [
  {
    ...{ table: 'account_corrections', key: 'id', column: 'number_before_sealed', isArray: false },
    placeKey: 'bank_account_id',
    placeOf: numberPlace,
  },
  {
    ...{ table: 'bank_accounts', key: 'id', column: 'account_number_sealed', isArray: false },
    placeOf: numberPlace,
  },
  {
    ...{ table: 'connections', key: 'id', column: 'credential_sealed', isArray: false },
    placeOf: credentialPlace,
  },
  {
    ...{ table: 'drop_credentials', key: 'id', column: 'secret_sealed', isArray: false },
    placeOf: keyPlace,
  },
  {
    ...{ table: 'inbound_items', key: 'id', column: 'corrected_sealed', isArray: false },
    placeOf: correctionPlace,
  },
  {
    ...{ table: 'outbound_entries', key: 'transaction_id', column: 'instruction_sealed', isArray: false },
    placeOf: instructionPlace,
  },
  {
    ...{ table: 'outbound_files', key: 'id', column: 'offset_number_sealed', isArray: false },
    placeKey: 'tenant_id',
    placeOf: offsetPlace,
  },
  {
    ...{ table: 'outbound_prenotes', key: 'id', column: 'instruction_sealed', isArray: false },
    placeOf: instructionPlace,
  },
  {
    ...{ table: 'payment_settings', key: 'tenant_id', column: 'offset_number_sealed', isArray: false },
    placeOf: offsetPlace,
  },
  {
    ...{ table: 'payment_settings', key: 'tenant_id', column: 'statement_number_sealed', isArray: false },
    placeOf: statementPlace,
  },
  {
    ...{ table: 'second_factors', key: 'id', column: 'secret_sealed', isArray: false },
    placeOf: factorPlace,
  },
  {
    ...{ table: 'tax_certifications', key: 'shareholder_id', column: 'tax_id_sealed', isArray: false },
    placeOf: taxIdPlace,
  },
  { ...{ table: 'webhooks', key: 'id', column: 'secrets_sealed', isArray: true }, placeOf: secretPlace },
];
