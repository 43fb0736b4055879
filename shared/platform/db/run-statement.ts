import { CompiledQuery } from 'kysely';
import type { TenantSession } from './tenant-session.ts';
import type { TenantTx } from './tenant-tx.ts';

/** Runs one statement where the staged rows of a file are: on their session, or in a transaction on it. */
export type RunStatement = <Row = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<{ rows: readonly Row[]; changed: number }>;

export function runOn(session: TenantSession): RunStatement {
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    const [result] = await session.run([{ text, values }]);
    return { rows: (result?.rows ?? []) as Row[], changed: result?.rowCount ?? 0 };
  };
}

export function runIn(tx: TenantTx): RunStatement {
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    const { rows, numAffectedRows } = await tx
      .getExecutor()
      .executeQuery<Row>(CompiledQuery.raw(text, [...values]));
    return { rows, changed: Number(numAffectedRows ?? 0n) };
  };
}
