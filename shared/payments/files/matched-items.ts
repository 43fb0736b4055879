import { uuidV7 } from '#kernel/ids.ts';
import type { BankItem } from '#payments/nacha/bank-item.ts';
import { OFFSET_REFERENCE } from '#payments/nacha/offset-reference.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { OFFSET_ENTRY } from './offset-entry.ts';
import { listByTraces, type TracedEntry } from './outbound-file.repository.ts';

export const UNMATCHED = ['no-such-payment', 'other-amount', OFFSET_ENTRY] as const;
type Unmatched = (typeof UNMATCHED)[number];

/** An item, and the payment or prenote that it answers, or why it can't be told. */
export interface MatchedItem {
  readonly item: BankItem;
  readonly match: TracedEntry | Unmatched | NonNullable<BankItem['fault']>;
}

/** Finds what the items of a file answer, all by one look. */
export async function matchItems(
  { tenantId }: Actor,
  items: readonly BankItem[],
): Promise<readonly MatchedItem[]> {
  const traces = items.flatMap(({ originalTraceNumber: trace }) => (trace === undefined ? [] : [trace]));
  const sent = await tenantRead(tenantId, (read) => listByTraces(read, traces));
  const byTrace = Map.groupBy(sent, ({ trace_number }) => trace_number);
  return items.map((item) => ({
    item,
    match: item.fault ?? matchAmong(byTrace.get(item.originalTraceNumber ?? '') ?? [], item),
  }));
}

/**
 * The trace number finds the payment; the reference and the returned amount confirm it. A bank that leaves the reference out means the
 * one payment with that number.
 */
function matchAmong(sent: readonly TracedEntry[], item: BankItem): TracedEntry | Unmatched {
  if (item.reference === OFFSET_REFERENCE) return OFFSET_ENTRY;
  const alone = sent.length === 1 ? sent : [];
  const meant =
    item.reference === '' ? alone : sent.filter(({ id }) => paymentReference(id) === item.reference);
  const match = meant.find(({ amount }) => item.kind !== 'RETURNED' || amount === item.amountMinor);
  return match ?? (meant.length === 0 ? 'no-such-payment' : 'other-amount');
}

/** Returns what is kept of an item, whatever comes of it. */
export function rowOf(fileId: string, item: BankItem) {
  return {
    id: uuidV7(),
    file_id: fileId,
    line: item.line,
    kind: item.kind ?? null,
    code: item.code ?? null,
    trace_number: item.traceNumber === '' ? null : item.traceNumber,
    original_trace_number: item.originalTraceNumber ?? null,
    original_rdfi: item.originalRdfi === '' ? null : item.originalRdfi,
    amount: item.kind === 'RETURNED' ? (item.amountMinor ?? null) : null,
  };
}
