export const PLAN_TYPES = ['RSU', '401K', 'ESPP', 'ESOP'] as const;
/** Plan types that hold shares granted by the employer, not money saved. */
export const GRANT_TYPES: readonly string[] = ['RSU', 'ESOP'];
export const PLAN_STATUSES = ['ACTIVE', 'TERMINATED'] as const;
