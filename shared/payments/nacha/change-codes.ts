import { isBanksAccountNumber } from './account-number.ts';
import { isRoutingNumber } from './routing-number.ts';
import { isTransactionCode } from './transaction-codes.ts';

/** The field that a notification of change corrects. */
export type CorrectedField =
  | 'account-number'
  | 'addenda'
  | 'company-id'
  | 'company-name'
  | 'individual-id'
  | 'receiver-name'
  | 'receiving-bank'
  | 'routing-number'
  | 'sec-code'
  | 'transaction-code';

export interface ChangeReason {
  readonly code: string;
  readonly meaning: string;
  readonly corrects: readonly CorrectedField[];
}

/** The corrected values that we can use; fields that a change code doesn't correct are undefined. */
export interface Correction {
  readonly routingNumber?: string;
  readonly accountNumber?: string;
  /** Tells checking (2x) from savings (3x). */
  readonly transactionCode?: string;
  readonly receiverName?: string;
  readonly individualId?: string;
}

type Row = readonly [code: string, meaning: string, ...corrects: CorrectedField[]];

/** Nacha Operating Rules, Appendix Five. C10 to C12 are no longer given out, but still known to banks. */
const ROWS: readonly Row[] = [
  ['C01', 'Incorrect account number', 'account-number'],
  ['C02', 'Incorrect routing number', 'routing-number'],
  ['C03', 'Incorrect routing number and account number', 'routing-number', 'account-number'],
  ['C04', 'Incorrect receiver name', 'receiver-name'],
  ['C05', 'Incorrect transaction code', 'transaction-code'],
  ['C06', 'Incorrect account number and transaction code', 'account-number', 'transaction-code'],
  [
    'C07',
    'Incorrect routing number, account number and transaction code',
    'routing-number',
    'account-number',
    'transaction-code',
  ],
  ['C08', 'Incorrect foreign receiving bank identification', 'receiving-bank'],
  ['C09', 'Incorrect individual identification number', 'individual-id'],
  ['C10', 'Incorrect company name', 'company-name'],
  ['C11', 'Incorrect company identification', 'company-id'],
  ['C12', 'Incorrect company name and company identification', 'company-name', 'company-id'],
  ['C13', 'Addenda format error', 'addenda'],
  ['C14', 'Incorrect entry class of an outbound international payment', 'sec-code'],
];

const REASONS: ReadonlyMap<string, ChangeReason> = new Map(
  ROWS.map(([code, meaning, ...corrects]) => [code, { code, meaning, corrects }]),
);

/** C01 to C14. Those of refused notifications (C61 to C69) go from us to the bank and are none. */
export function isChangeCode(code: string): boolean {
  return REASONS.has(code);
}

/** @throws RangeError for anything but C01 to C14 */
export function changeReason(code: string): ChangeReason {
  const reason = REASONS.get(code);
  if (reason === undefined) throw new RangeError('A change code is C01 to C14.');
  return reason;
}

/**
 * The values in a notification's corrected data (29 characters, positions 36–64 of its addenda). Values of several fields stand in
 * columns, which some banks fill from the right, so they are told apart by the spaces between them.
 *
 * Undefined where they aren't as the code demands (the notification is then refused with C65), or don't concern the
 * entries that we send.
 */
export function parseCorrection(code: string, correctedData: string): Correction | undefined {
  const data = correctedData.trimEnd();
  switch (code) {
    case 'C01':
      return checked({ accountNumber: data });
    case 'C02':
      return checked({ routingNumber: data });
    case 'C03':
      return matched(/^(?<routingNumber>\d{9}) *(?<accountNumber>[\d-]+)$/, data);
    case 'C04':
      return checked({ receiverName: data });
    case 'C05':
      return checked({ transactionCode: data });
    case 'C06':
      return matched(/^(?<accountNumber>[\d-]+) +(?<transactionCode>\d\d)$/, data);
    case 'C07':
      return (
        matched(/^(?<routingNumber>\d{9})(?<accountNumber>[\d-]{17})(?<transactionCode>\d\d)$/, data) ??
        matched(/^(?<routingNumber>\d{9})(?<accountNumber>[\d-]+) +(?<transactionCode>\d\d)$/, data)
      );
    case 'C09':
      return checked({ individualId: data });
    default:
      return undefined;
  }
}

function matched(pattern: RegExp, data: string): Correction | undefined {
  const groups = pattern.exec(data)?.groups;
  return groups && checked({ ...groups });
}

function checked(correction: Correction): Correction | undefined {
  const { routingNumber, accountNumber, transactionCode, receiverName, individualId } = correction;
  if (routingNumber !== undefined && !isRoutingNumber(routingNumber)) return undefined;
  if (accountNumber !== undefined && !isBanksAccountNumber(accountNumber)) return undefined;
  if (transactionCode !== undefined && !isTransactionCode(transactionCode)) return undefined;
  if (receiverName !== undefined && (receiverName === '' || receiverName.length > 22)) return undefined;
  if (individualId !== undefined && (individualId === '' || individualId.length > 22)) return undefined;
  return correction;
}
