import { lockTransactions } from '#ledger/transactions.ts';
import { applyTogether, type Moved } from '#payments/bank/apply-together.ts';
import type { BankEvent } from '#payments/bank/bank-event.repository.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import type { BankItem } from '#payments/nacha/bank-item.ts';
import { callForEach } from '#platform/at-once.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { auditEach, recordEach } from '#platform/db/audit-each.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { eventOf } from './apply-item.ts';
import { putItems } from './inbound-file.repository.ts';
import { type MatchedItem, rowOf } from './matched-items.ts';
import { setAcknowledgedByAnswer } from './outbound-file.repository.ts';

/** The return of a payment of which the part of the file says nothing else. */
interface Returned {
  readonly id: string;
  readonly resource: string;
  readonly item: BankItem;
}

/**
 * Books the returns of payments in a part of a file, as `applyAnswer` books one, and keeps their items. Answers the lines that it has applied. The
 * others are left as they were: a return that tells something new of a payment that has ended, or nothing, and all where the set as a whole fails.
 */
export async function applyItemsTogether(
  actor: Actor,
  fileId: string,
  part: readonly MatchedItem[],
): Promise<ReadonlySet<number>> {
  const returned = returnsOf(part);
  // One alone has nothing to share.
  if (returned.length < 2) return new Set();
  try {
    const moved = new Map(
      (await applyReturns(actor, fileId, returned)).map((one) => [one.transaction_id, one]),
    );
    await callForEach(moved.values(), async ({ token }) => void (await reportTask(token)));
    return new Set(returned.filter(({ id }) => moved.has(id)).map(({ item }) => item.line));
  } catch (error) {
    logger.warn('items are applied one by one', { file_id: fileId, error: error as Error });
    return new Set();
  }
}

function returnsOf(part: readonly MatchedItem[]): Returned[] {
  const answered = part.flatMap(({ item, match }) => (typeof match === 'string' ? [] : [{ item, match }]));
  const said = Map.groupBy(answered, ({ match }) => match.id);
  return answered.flatMap(({ item, match: { id, resource, is_prenote } }): Returned[] => {
    const isPlain = item.kind === 'RETURNED' && !is_prenote && said.get(id)?.length === 1;
    return isPlain ? [{ id, resource, item }] : [];
  });
}

function applyReturns(
  actor: Actor,
  fileId: string,
  returned: readonly Returned[],
): Promise<readonly Moved[]> {
  return systemWrite(
    actor,
    async (tx) => {
      await recordEach(tx);
      const locked = await lockTransactions(
        tx,
        returned.map(({ id }) => id),
      );
      const moved = await applyTogether(tx, locked, returned.map(wordOf));
      if (moved.length === 0) return noEffect([]);
      const moves = new Map(moved.map((one) => [one.transaction_id, one]));
      const applied = returned.filter(({ id }) => moves.has(id));
      await setAcknowledgedByAnswer(tx, [...moves.keys()]);
      const items = applied.map(({ id, item }) => ({
        ...rowOf(fileId, item),
        ...({ state: 'APPLIED', reason: null, corrected_sealed: null, prenote_id: null } as const),
        transaction_id: id,
      }));
      await putItems(tx, items);
      for (const { id } of applied) await crashPoint('inbound-item-before-commit', id);
      return applied.map(({ resource, item, id }, at) => ({
        ...{ resource, item, moved: moves.get(id) as Moved, itemId: items[at]?.id ?? '' },
      }));
    },
    {
      audit: (applied) =>
        auditEach(
          applied.map(({ resource, item: { code, traceNumber }, moved, itemId }) => ({
            ...{ action: 'bank-event.received', resource },
            payload: { code: code ?? null, trace_number: traceNumber },
            about: [`bank-items/${itemId}`, ...moved.about],
          })),
        ),
    },
  ).then((applied) => applied.map(({ moved }) => moved));
}

function wordOf({ id, item: { code, traceNumber, originalRdfi } }: Returned): BankEvent {
  return eventOf(id, { kind: 'RETURNED', code: code ?? null, traceNumber, originalRdfi });
}
