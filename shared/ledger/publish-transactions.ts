import { type CreatedRange, TRANSACTIONS_PER_EVENT } from '#contracts/event-types.ts';
import { fromMinor } from '#kernel/money.ts';
import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import { eachByItself, type Outcome } from '#platform/events/each-by-itself.ts';
import { putEvents } from '#platform/events/put-events.ts';

// Selects the transactions as they were created: a payment that was sent meanwhile has its own event, with a later
// version.
const CREATED = `select id, amount, currency, shareholder_id, created_at from transactions
  where dividend_id = $1 and shareholder_id between $2 and $3 and compensates is null and adjustment_id is null order by shareholder_id`;

interface Row {
  readonly id: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly shareholder_id: string;
  readonly created_at: Date;
}

/** Publishes the transactions of each command, which were created in bulk. */
export async function publishTransactions(commands: readonly OutboxEvent[]): Promise<Outcome> {
  const publish = async (command: OutboxEvent): Promise<string[]> => {
    const events = await eventsOf(command);
    return (await putEvents(events)).done.length === events.length ? [command.id] : [];
  };
  return eachByItself(commands.map((command) => ({ ids: [command.id], run: () => publish(command) })));
}

async function eventsOf(command: OutboxEvent): Promise<OutboxEvent[]> {
  const { dividend_id, first_shareholder_id, last_shareholder_id, ...trace } =
    command.payload as unknown as CreatedRange;
  const [created] = await tenantStatements(command.tenantId, [
    { text: CREATED, values: [dividend_id, first_shareholder_id, last_shareholder_id] },
  ]);
  const rows = (created?.rows ?? []) as Row[];
  const events: OutboxEvent[] = [];
  for (let start = 0; start < rows.length; start += TRANSACTIONS_PER_EVENT) {
    const transactions = rows.slice(start, start + TRANSACTIONS_PER_EVENT).map((row) => ({
      id: row.id,
      version: 1,
      type: 'DIVIDEND',
      status: 'PENDING',
      amount: fromMinor(row.amount, row.currency),
      currency: row.currency,
      shareholder_id: row.shareholder_id,
      dividend_id,
      created_at: row.created_at.toISOString(),
      updated_at: row.created_at.toISOString(),
    }));
    const id = partId(command.id, start / TRANSACTIONS_PER_EVENT);
    events.push({ ...command, id, type: 'transaction.created', payload: { ...trace, transactions } });
  }
  return events;
}

const LAST_DIGITS = 12;

/** Returns the same id for the same part whenever it is published again: the command's own, counted up at its random end. */
export function partId(id: string, part: number): string {
  const last = (BigInt(`0x${id.slice(-LAST_DIGITS)}`) + BigInt(part)) & 0xffff_ffff_ffffn;
  return id.slice(0, -LAST_DIGITS) + last.toString(16).padStart(LAST_DIGITS, '0');
}
