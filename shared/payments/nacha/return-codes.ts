/**
 * The consequence of a return:
 * - `block-account`: nothing more may be sent to the account until its holder corrects it;
 * - `revoke`: the authorization is gone, a new one is needed;
 * - `dispute`: a person must clarify it with the bank or the receiver;
 * - `other`: the entry was refused as such; correct and send a new one.
 */
export type ReturnConsequence = 'block-account' | 'revoke' | 'dispute' | 'other';

export interface ReturnReason {
  readonly code: string;
  readonly meaning: string;
  readonly consequence: ReturnConsequence;
}

type Row = readonly [code: string, consequence: ReturnConsequence, meaning: string];

/**
 * Nacha Operating Rules, Appendix Four, table of return reason codes. Codes absent here are reserved. R01 and R09 are reasons of debits, which may be
 * presented again (Reinitiation); a credit that comes back with one of them is not: a person has to ask what the bank meant.
 */
const ROWS: readonly Row[] = [
  ['R01', 'dispute', 'Insufficient funds'],
  ['R02', 'block-account', 'Account closed'],
  ['R03', 'block-account', 'No account, or unable to locate the account'],
  ['R04', 'block-account', 'Invalid account number structure'],
  ['R05', 'revoke', 'Unauthorized debit to a consumer account with a corporate entry class'],
  ['R06', 'dispute', "Returned at the originating bank's request"],
  ['R07', 'revoke', 'Authorization revoked by the customer'],
  ['R08', 'dispute', 'Payment stopped'],
  ['R09', 'dispute', 'Uncollected funds'],
  ['R10', 'revoke', 'Originator not known to, or not authorized by, the receiver'],
  ['R11', 'dispute', 'Entry not in accordance with the terms of the authorization'],
  ['R12', 'block-account', 'Account sold to another bank'],
  ['R13', 'block-account', 'Receiving bank not qualified to participate'],
  ['R14', 'block-account', 'Representative payee deceased or unable to continue'],
  ['R15', 'block-account', 'Beneficiary or account holder deceased'],
  ['R16', 'block-account', 'Account frozen, or entry returned on instruction of OFAC'],
  [
    'R17',
    'block-account',
    'File record edit criteria, or invalid account number under questionable circumstances',
  ],
  ['R18', 'other', 'Improper effective entry date'],
  ['R19', 'other', 'Amount field error'],
  ['R20', 'block-account', 'Non-transaction account'],
  ['R21', 'other', 'Invalid company identification'],
  ['R22', 'other', 'Invalid individual identification number'],
  ['R23', 'dispute', 'Credit entry refused by the receiver'],
  ['R24', 'dispute', 'Duplicate entry'],
  ['R25', 'other', 'Addenda error'],
  ['R26', 'other', 'Mandatory field error'],
  ['R27', 'other', 'Trace number error'],
  ['R28', 'block-account', 'Routing number check digit error'],
  ['R29', 'revoke', 'Corporate customer advises not authorized'],
  ['R30', 'other', 'Receiving bank not participant in the check truncation program'],
  ['R31', 'dispute', 'Permissible return of a corporate entry'],
  ['R32', 'other', 'Receiving bank unable to settle'],
  ['R33', 'other', 'Return of a destroyed check entry'],
  ['R34', 'block-account', 'Limited participation of the receiving bank'],
  ['R35', 'other', 'Return of an improper debit entry'],
  ['R36', 'other', 'Return of an improper credit entry'],
  ['R37', 'dispute', 'Source document presented for payment'],
  ['R38', 'dispute', 'Stop payment on the source document'],
  ['R39', 'dispute', 'Improper source document, or source document presented for payment'],
  ['R40', 'other', 'Enrollment entry returned by a Federal Government agency'],
  ['R41', 'other', 'Enrollment: invalid transaction code'],
  ['R42', 'other', 'Enrollment: routing number or check digit error'],
  ['R43', 'other', 'Enrollment: invalid account number'],
  ['R44', 'other', 'Enrollment: invalid individual identification number'],
  ['R45', 'other', 'Enrollment: invalid individual or company name'],
  ['R46', 'other', 'Enrollment: invalid representative payee indicator'],
  ['R47', 'other', 'Enrollment: duplicate'],
  ['R50', 'other', 'State law affecting the acceptance of re-presented checks'],
  ['R51', 'dispute', 'Re-presented check ineligible or improper'],
  ['R52', 'dispute', 'Stop payment on the re-presented check'],
  ['R53', 'dispute', 'Check and re-presented check entry both presented'],
  ['R61', 'dispute', 'Dishonored: misrouted return'],
  ['R62', 'dispute', 'Dishonored: erroneous or reversing debit'],
  ['R67', 'dispute', 'Dishonored: duplicate return'],
  ['R68', 'dispute', 'Dishonored: untimely return'],
  ['R69', 'dispute', 'Dishonored: field errors'],
  ['R70', 'dispute', 'Dishonored: permissible return not accepted, or return not requested'],
  ['R71', 'dispute', 'Contested: misrouted dishonored return'],
  ['R72', 'dispute', 'Contested: untimely dishonored return'],
  ['R73', 'dispute', 'Contested: the original return was timely'],
  ['R74', 'dispute', 'Contested: corrected return'],
  ['R75', 'dispute', 'Contested: the return was no duplicate'],
  ['R76', 'dispute', 'Contested: no errors found'],
  ['R77', 'dispute', 'Contested: dishonored return of a reversal not accepted'],
  ['R80', 'other', 'International: entry coding error'],
  ['R81', 'other', 'International: non-participant'],
  ['R82', 'block-account', 'International: invalid foreign receiving bank identification'],
  ['R83', 'other', 'International: foreign receiving bank unable to settle'],
  ['R84', 'other', 'International: entry not processed by the gateway'],
  ['R85', 'other', 'Incorrectly coded outbound international payment'],
];

const REASONS: ReadonlyMap<string, ReturnReason> = new Map(
  ROWS.map(([code, consequence, meaning]) => [code, { code, meaning, consequence }]),
);

/** R01 to R85, reserved ones included. */
export function isReturnReasonCode(code: string): boolean {
  return /^R(?:0[1-9]|[1-7]\d|8[0-5])$/.test(code);
}

/**
 * Returns the meaning of a return reason code. A reserved code that Nacha has assigned since is still a return of
 * money, so it has a consequence too: a person looks at it.
 * @throws RangeError for anything but R01 to R85
 */
export function returnReason(code: string): ReturnReason {
  if (!isReturnReasonCode(code)) throw new RangeError('A return reason code is R01 to R85.');
  return REASONS.get(code) ?? { code, meaning: 'Reserved return reason code', consequence: 'dispute' };
}

/** A return for reason of death carries the date of death in positions 22–27 of its addenda. */
export function bringsDateOfDeath(code: string): boolean {
  return code === 'R14' || code === 'R15';
}
