/** An entry of a bank’s statement that stands for nothing of the ledger is one of these. */
export const EXPLANATIONS = ['FUNDING', 'FEE', 'INTEREST', 'TRANSFER', 'OTHER'] as const;
