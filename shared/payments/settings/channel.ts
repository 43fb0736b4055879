/** The ways to the bank: orders by HTTP, or ACH files. */
export const CHANNELS = ['BANK', 'NACHA_FILE'] as const;
export type Channel = (typeof CHANNELS)[number];
