import type { AchBatch, AchFileHeader, AchPayment } from './nacha-payments.ts';

/** Sent on the Wednesday before a holiday on Saturday, at 21:05 EDT. */
export const SAMPLE_HEADER: AchFileHeader = {
  immediateDestination: '021000021',
  immediateDestinationName: 'First Bank of New York',
  immediateOrigin: '1123456789',
  immediateOriginName: 'Vestry, Inc.',
  createdAt: '2026-07-02T01:05:00Z',
  fileIdModifier: 'A',
  referenceCode: 'RUN 0001',
};

/** Payments of different numbers have ids of their own. */
export function samplePayment(number: number, changes: Partial<AchPayment> = {}): AchPayment {
  return {
    paymentId: `0198c0de-0000-7000-8000-${number.toString(16).padStart(12, '0')}`,
    routingNumber: '121042882',
    accountNumber: '000123456789',
    accountType: 'checking',
    amountMinor: 12_550n,
    receiverName: 'María Núñez',
    ...changes,
  };
}

export function sampleBatch(payments: readonly AchPayment[], changes: Partial<AchBatch> = {}): AchBatch {
  return {
    companyName: 'Acme Industries International',
    companyId: '1987654321',
    secCode: 'PPD',
    entryDescription: 'Dividend',
    descriptiveDate: 'JUL 26',
    effectiveEntryDate: '2026-07-03',
    odfiRoutingNumber: '021000021',
    payments,
    ...changes,
  };
}
