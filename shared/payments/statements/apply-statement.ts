import { addDays, type Day } from '#kernel/calendar.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { endOfId } from '#payments/nacha/payment-reference.ts';
import { statementPlace } from '#payments/settings/statement-account.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import type { Actor, TenantTx } from '#platform/db/tenant-tx.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import type { Sealer } from '#platform/sealing.ts';
import { type IdentifiedEntry, newsOf } from './known-entries.ts';
import { Candidates, legKey, type Match, MISMATCHES, type Mismatch } from './match-entry.ts';
import { type Tokens, tokensIn } from './reference-tokens.ts';
import {
  insertItems,
  insertStatement,
  isStatementKnown,
  listCoveredLegs,
  listFileTotals,
  listKnownEntries,
  listKnownStatements,
  listNamedPayments,
  listPaymentsOfFiles,
  lockStatementAccount,
  type NewLeg,
  type NewStatementItem,
} from './statement.repository.ts';
import { accountKey, type FaultyStatement, type Statement, type StatementFile } from './statement.ts';

/** ACH moves dollars only, and the ledger’s cash is what it is paid from. */
const CURRENCY = 'USD';

/** Why a statement of the file waits for people. */
interface Waiting {
  readonly line: number;
  readonly reason: string;
}

export interface AppliedStatements {
  readonly waiting: readonly Waiting[];
  /** The lines of statements that are booked, now or before. */
  readonly applied: readonly number[];
  readonly entries: number;
  /** Statements of other accounts. */
  readonly ignored: number;
}

/**
 * Books the statements of a file, each in a transaction of its own. Those of other accounts are passed over, unless the file has none of ours.
 */
export async function applyStatements(
  actor: Actor,
  fileId: string,
  { statements, faulty, faults }: StatementFile,
  sealer: Sealer,
): Promise<AppliedStatements> {
  const waiting: Waiting[] = faults.map(({ line, code }) => ({ line, reason: code }));
  const applied: number[] = [];
  const others: Waiting[] = [];
  let entries = 0;
  for (const statement of [...statements, ...faulty].toSorted((a, b) => a.line - b.line)) {
    const { line } = statement;
    const outcome = await applyStatement(actor, fileId, statement, sealer);
    await crashPoint('statement-applied', fileId);
    if (outcome === 'APPLIED') applied.push(line);
    else (outcome === 'other-account' ? others : waiting).push({ line, reason: outcome });
    if ('entries' in statement) entries += statement.entries.length;
  }
  const isOurs = applied.length + waiting.length > 0;
  return {
    waiting: isOurs ? waiting : others.slice(0, 1),
    ...{ applied, entries },
    ignored: others.length,
  };
}

/** `APPLIED`, also where it was before, or why it isn't. */
function applyStatement(
  actor: Actor,
  fileId: string,
  statement: Statement | FaultyStatement,
  sealer: Sealer,
): Promise<string> {
  return systemWrite(
    actor,
    async (tx) => {
      const ours = await lockStatementAccount(tx);
      if (ours === undefined) return noEffect('no-account-set');
      const number = sealer.open(ours.sealed, statementPlace(actor.tenantId));
      if (accountKey(statement.account) !== accountKey(number)) return noEffect('other-account');
      const account = ours.id;
      if ('code' in statement) return noEffect(statement.code);
      if (statement.currency !== CURRENCY) return noEffect('other-currency');
      if (await isStatementKnown(tx, fileId, statement.line)) return noEffect('APPLIED');
      const { from, to } = statement;
      const news = newsOf(
        statement,
        account,
        await listKnownStatements(tx, account, from, to),
        await listKnownEntries(tx, account, from, to),
      );
      if (news.kind === 'OVERLAPS') return noEffect('overlaps');
      if (news.kind === 'REPEATED') return noEffect('APPLIED');
      await book(tx, { fileId, account, statement, entries: news.entries, repeated: news.repeated });
      return 'APPLIED';
    },
    {
      audit: () => ({
        action: 'bank-statement.read',
        resource: `bank-files/${fileId}`,
        payload: { line: statement.line },
      }),
    },
  );
}

interface Booking {
  readonly fileId: string;
  readonly account: string;
  readonly statement: Statement;
  readonly entries: readonly IdentifiedEntry[];
  readonly repeated: number;
}

async function book(tx: TenantTx, { fileId, account, statement, entries, repeated }: Booking): Promise<void> {
  const { line, currency, reference, from, to, openingMinor, closingMinor } = statement;
  const statementId = uuidV7();
  await insertStatement(tx, {
    ...{ id: statementId, file_id: fileId, line, account_id: account, currency, repeated },
    ...{ statement_reference: reference, from_day: from, to_day: to },
    ...{ opening: openingMinor, closing: closingMinor, entries: statement.entries.length },
  });
  const candidates = await candidatesFor(tx, entries, currency);
  const items: NewStatementItem[] = [];
  const legs: NewLeg[] = [];
  for (const part of entries.flatMap((entry) => matched(entry, candidates))) {
    const id = uuidV7();
    const { match, entry } = part;
    items.push({
      ...{ id, file_id: fileId, statement_id: statementId, line: part.line, currency },
      ...{ day: entry.day, value_day: entry.valueDay, amount: String(part.amountMinor), code: entry.code },
      ...{ bank_reference: entry.bankReference, reference: entry.reference, identity: part.identity },
      ...standingOf(match),
    });
    if (!isMismatch(match)) legs.push(...legsOf(id, match, candidates));
  }
  await insertItems(tx, items, legs);
  await crashPoint('statement-before-commit', fileId);
}

const isMismatch = (match: Match | Mismatch): match is Mismatch =>
  (MISMATCHES as readonly unknown[]).includes(match);

/** Says how an item stands by what was found for it. */
function standingOf(match: Match | Mismatch) {
  const none = { transaction_id: null, outbound_file_id: null };
  if (isMismatch(match)) return { ...none, state: 'UNMATCHED' as const, reason: match };
  const of =
    match.kind === 'FILE'
      ? { outbound_file_id: match.total.fileId }
      : { transaction_id: match.legs[0]?.transactionId ?? null };
  return { ...none, state: 'APPLIED' as const, reason: null, ...of };
}

/** Lists what an item stands for, with the amounts that come to its own. */
export function legsOf(itemId: string, match: Match, candidates: Candidates): NewLeg[] {
  return candidates.legsOf(match).map(({ transactionId, leg, amountMinor, reversalId }) => ({
    ...{ transaction_id: transactionId, leg, item_id: itemId, reversal_id: reversalId },
    amount: String(leg === 'OUT' ? -amountMinor : amountMinor),
  }));
}

interface Part {
  readonly entry: IdentifiedEntry;
  readonly line: number;
  readonly amountMinor: bigint;
  readonly identity: string;
  readonly match: Match | Mismatch;
}

/** An entry by itself; where it stands for nothing as a whole, and its details say more, each of these. */
function matched(entry: IdentifiedEntry, candidates: Candidates): Part[] {
  const { day, line, amountMinor, identity, details } = entry;
  const texts = [...entry.texts, ...details.flatMap((detail) => detail.texts)];
  const match = candidates.match({ day, amountMinor, tokens: tokensIn(texts) });
  if (!isMismatch(match) || details.length === 0) return [{ entry, line, amountMinor, identity, match }];
  return details.map((detail, index) => ({
    entry,
    ...{ line: detail.line, amountMinor: detail.amountMinor, identity: `${identity}/${index + 1}` },
    match: candidates.match({ day, amountMinor: detail.amountMinor, tokens: tokensIn(detail.texts) }),
  }));
}

/** Payments keep their references for so long: what is older is found by its id or its trace number. */
const REFERENCE_DAYS = 400;

/** Reads all that entries may stand for, in a few statements however many they are. */
export async function candidatesFor(
  tx: TenantTx,
  entries: readonly Pick<IdentifiedEntry, 'day' | 'amountMinor' | 'texts' | 'details'>[],
  currency: string,
): Promise<Candidates> {
  const [first] = entries;
  if (first === undefined) return new Candidates([], [], []);
  const days = entries.map(({ day }) => day).toSorted();
  const from = days[0] ?? first.day;
  const to = days.at(-1) ?? first.day;
  const tokens = allTokens(entries);
  const ends = tokens.references.flatMap((reference) => endOfId(reference) ?? []);
  const since = firstIdOf(addDays(from, -REFERENCE_DAYS));
  const named = await listNamedPayments(
    tx,
    currency,
    { ids: tokens.ids, traces: tokens.traces, ends },
    since,
  );
  const totals = await listFileTotals(tx, from, to, {
    ids: tokens.ids,
    payments: named.map(({ id }) => id),
  });
  const amounts = new Set(
    entries.flatMap(({ amountMinor, details }) => [
      amountMinor,
      ...details.map((detail) => detail.amountMinor),
    ]),
  );
  const meant = totals.filter(({ amountMinor }) => amounts.has(amountMinor));
  const ofFiles = await listPaymentsOfFiles(tx, [...new Set(meant.map(({ fileId }) => fileId))]);
  const payments = [...new Map([...named, ...ofFiles].map((payment) => [payment.id, payment])).values()];
  const covered = await listCoveredLegs(
    tx,
    payments.map(({ id, reverses }) => reverses ?? id),
  );
  return new Candidates(payments, totals, covered.map(legKey));
}

function allTokens(entries: readonly Pick<IdentifiedEntry, 'texts' | 'details'>[]): Omit<Tokens, 'text'> {
  const tokens = entries
    .flatMap(({ texts, details }) => [texts, ...details.map((detail) => detail.texts)])
    .map(tokensIn);
  const of = (kind: keyof Omit<Tokens, 'text'>) => [...new Set(tokens.flatMap((one) => one[kind]))];
  return { ids: of('ids'), traces: of('traces'), references: of('references') };
}

/** The smallest id that is made on a day. */
function firstIdOf(day: Day): string {
  const hex = Date.parse(day).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
