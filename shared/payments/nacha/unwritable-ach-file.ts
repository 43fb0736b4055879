export type UnwritableAchFileCode =
  | 'account-number'
  | 'amount'
  | 'company'
  | 'duplicate-payment'
  | 'effective-entry-date'
  | 'file-header'
  | 'no-payments'
  | 'odfi'
  | 'offset'
  | 'payment-id'
  | 'routing-number'
  | 'total-too-large'
  | 'trace-sequence';

/** Nothing is written: a file that lacks one of its payments, or that a bank would refuse as a whole, must not go out. */
export class UnwritableAchFile extends Error {
  readonly code: UnwritableAchFileCode;
  /** The payment at fault, where it is one's. Messages never quote names or account numbers. */
  readonly paymentId: string | undefined;

  constructor(code: UnwritableAchFileCode, message: string, paymentId?: string) {
    super(message);
    this.name = 'UnwritableAchFile';
    this.code = code;
    this.paymentId = paymentId;
  }
}
