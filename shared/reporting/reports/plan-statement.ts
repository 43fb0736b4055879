import type { z } from 'zod';
import { addDays } from '#kernel/calendar.ts';
import { fromMinor } from '#kernel/money.ts';
import type { StatedEvent } from '#plans/stated-events.ts';
import { readStatedPlan } from '#plans/stated-plan.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import {
  listPlanActivity,
  type MoneyLine,
  type PlanStatementQuery,
  sumPlanActivity,
} from './plan-statement.repository.ts';
import type { getPlanStatement } from './plan-statement.routes.ts';
import type { Part, Report } from './report.ts';
import { settleRange } from './report-page.ts';

type Sent = z.output<(typeof getPlanStatement)['query']> & { readonly id: string };
type Answer = z.input<(typeof getPlanStatement)['response']>;
type Item = Answer['data'][number];

/** A line with its place among those of its day. */
interface PlanStatementRow {
  readonly item: Item;
  readonly place: string;
}

/** The report of a plan between two days, oldest first. */
export const planStatement: Report<
  Sent,
  PlanStatementQuery,
  PlanStatementRow,
  Omit<Answer, 'data' | 'next_cursor'>,
  Item
> = {
  name: 'plan-statement',
  columns: {
    day: 'text',
    kind: 'text',
    source: 'text',
    quantity: 'number',
    amount: 'number',
    balance: 'number',
    reference: 'text',
    note: 'text',
  },
  cursor: ['date', 'text'],
  settle: ({ id, ...days }, today) => ({ id, ...settleRange(days, today) }),
  parameters: (query) => ({ ...query }),
  head: async (read, query, isFirst) => {
    const { events: _, vested, ...plan } = await statedPlan(read, query);
    const money = isFirst ? await sumPlanActivity(read, query) : undefined;
    const written = (minor: bigint) => fromMinor(minor, plan.currency);
    return {
      ...plan,
      ...{ from: query.from, to: query.to },
      balance: money ? { opening: written(money.opening), closing: written(money.closing) } : null,
      vested: isFirst ? { unit: vested.unit, opening: vested.before, closing: vested.after } : null,
    };
  },
  rows: listLines,
  position: ({ item, place }) => [item.day, place],
  toItem: ({ item }) => item,
};

function statedPlan(read: TenantRead, { id, from, to }: PlanStatementQuery) {
  return readStatedPlan(read, id, { before: addDays(from, -1), after: to });
}

/** Shares follow the rules of vesting, and money what was booked: their lines are merged here, by day, shares first. */
async function listLines(
  read: TenantRead,
  query: PlanStatementQuery,
  part: Part,
): Promise<PlanStatementRow[]> {
  const lines = await listPlanActivity(read, query, part);
  const { events, currency } = await statedPlan(read, query);
  const [day = query.from, place = ''] = part.after ?? [];
  const shares = events
    .map(toShareRow)
    .filter((row) => row.item.day >= query.from && row.item.day <= query.to && isAfter(row, { day, place }))
    .slice(0, part.limit);
  const money = lines.map((line) => toMoneyRow(line, currency));
  return [...shares, ...money]
    .sort((a, b) => (isAfter(a, { ...b, day: b.item.day }) ? 1 : -1))
    .slice(0, part.limit);
}

function isAfter({ item, place }: PlanStatementRow, other: { readonly day: string; readonly place: string }) {
  return item.day === other.day ? place > other.place : item.day > other.day;
}

function toShareRow({ day, kind, quantity, balance, grant_id, why }: StatedEvent, index: number) {
  return {
    item: { ...{ day, kind, source: null, quantity, amount: null, balance }, reference: grant_id, note: why },
    // Events come in their order, and there are fewer than a hundred thousand.
    place: `0 ${String(index).padStart(6, '0')}`,
  };
}

function toMoneyRow({ place, amount, balance, ...line }: MoneyLine, currency: string): PlanStatementRow {
  const written = { amount: fromMinor(amount, currency), balance: fromMinor(balance, currency) };
  return { item: { ...line, quantity: null, ...written, note: null }, place };
}
