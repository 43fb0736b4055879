export const ACCOUNT_TYPES = ['CHECKING', 'SAVINGS'] as const;
export const HOLDER_TYPES = ['INDIVIDUAL', 'COMPANY'] as const;
