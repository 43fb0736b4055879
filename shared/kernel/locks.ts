/**
 * Every advisory lock that the platform takes in Postgres, so that no two share a number. The number is the key of a lock that
 * there is once, and the seed of `hashtextextended(<subject>, <number>)` for a lock of each subject. Two functions of the database
 * repeat their number; `tests/contract/locks.test.ts` compares them.
 */
export const LOCKS = {
  /** The database's tables and functions: runs of the migrator follow one another. */
  migrator: 7_000,
  /**
   * A tenant's position entries (`ledger_lock_key`): writers hold it shared from reading `recorded_at` until their commit, and a
   * report takes it alone for an instant, so that no entry of an earlier instant can appear after it.
   */
  positions: 7_001,
  /** A tenant's register: files that are loaded into it follow one another, since they would meet in the same rows. */
  registerLoad: 7_002,
  /** The lock of what `lockFirst` names, such as one plan: its writers follow one another before they take a snapshot. */
  named: 7_004,
  /** The plan of the next audit export: two exporters don't plan the same entries. */
  auditExport: 7_010,
  /** A tenant's legal holds (`retention_lock_key`): a purge sees each hold that was answered before it. */
  purge: 7_011,
} as const;
