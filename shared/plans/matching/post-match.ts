import type { z } from 'zod';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import { judgePayroll, loadPayroll, PayrollMoved } from '#plans/contributions/load-payroll.ts';
import { CREATE_STAGED_PAYROLL, refuseRows } from '#plans/contributions/payroll.repository.ts';
import { findDocument, type VersionRow } from '#plans/documents/plan-document.repository.ts';
import type { Match } from '#plans/documents/plan-documents.routes.ts';
import { versionOn } from '#plans/documents/terms-in-force.ts';
import { asRead } from '#platform/db/found.ts';
import { type RunStatement, runIn } from '#platform/db/run-statement.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import {
  findCompensationLimit,
  type JudgedMatch,
  listJudged,
  listToMatch,
  type Matched,
  type MatchRun,
  stageMatches,
  TRUE_UP,
} from './match.repository.ts';
import { matchOf } from './match-formula.ts';
import { type EmployerMatch, MAX_SHOWN, type postMatch } from './matches.routes.ts';

/** The people whom one request matches in its time. */
const MAX_PEOPLE = 20_000;
/** Times that matches are judged again because plans moved under them. */
const MAX_TRIES = 3;

type Order = z.output<(typeof postMatch)['body']>;

interface Matching {
  readonly today: string;
  readonly requestId: string;
  /** Undefined where the caller didn't say which. */
  readonly expectedVersion: number | undefined;
  /** Whether it is only to be shown. */
  readonly isDry: boolean;
}

interface Line extends Matched {
  readonly amount: bigint;
  readonly refusal: string | null;
  readonly isRecorded: boolean;
}

/**
 * Computes the match of a payroll run, or of a year, and enters it unless it is only to be shown.
 * @throws DomainError `not-found`, `precondition-failed`, `validation-failed`, `conflict` for more people than a request matches
 */
export async function matchRun(
  tx: TenantTx,
  documentId: string,
  order: Order,
  { today, requestId, isDry, expectedVersion }: Matching,
): Promise<z.input<typeof EmployerMatch>> {
  const document = asRead(await findDocument(tx, documentId), expectedVersion);
  const version = versionOn(document.versions, order.pay_date);
  const match = termsOfMatch(version, order);
  const { plan_type, currency } = document;
  const { pay_date: payDate, run_id: payrollRun = '', true_up: isTrueUp } = order;
  const name = payrollRun === '' ? 'match' : `match ${payrollRun}`;
  const named: MatchRun = {
    ...{ documentId, payDate, payrollRun, matchRun: isTrueUp ? TRUE_UP : name },
    ...{ source: match.source, isTrueUp },
  };
  const run = runIn(tx);
  const people = await listToMatch(run, named, MAX_PEOPLE);
  if (people.length > MAX_PEOPLE)
    throw new DomainError(
      'conflict',
      `More than ${MAX_PEOPLE} people are to be matched: give their runs run_ids of their own.`,
    );
  const year = Number(payDate.slice(0, 4));
  const limit = await findCompensationLimit(run, plan_type, currency, year);
  const lines = people
    .map((one) => lineOf(one, { match, limit, currency, isTrueUp }))
    .filter(({ amount, refusal }) => amount > 0n || refusal !== null);
  const judged = await enter(run, lines, {
    ...named,
    planType: plan_type,
    currency,
    today,
    requestId,
    isDry,
  });
  return toAnswer(judged, { document, version: version as VersionRow, named, limit, isDry });
}

function termsOfMatch(version: VersionRow | undefined, { true_up, run_id }: Order): Match {
  const match = (version?.match ?? null) as unknown as Match | null;
  if (match === null)
    throw invalidField('/pay_date', 'no-match', 'must be a day on which the plan document has a match');
  if (true_up && !match.true_up)
    throw invalidField('/true_up', 'no-true-up', 'is not in the terms of the plan document that day');
  if (true_up && run_id !== undefined)
    throw invalidField('/run_id', 'of-year', 'is not for the true-up, which is of a year');
  return match;
}

interface Terms {
  readonly match: Match;
  readonly limit: bigint | undefined;
  readonly currency: string;
  readonly isTrueUp: boolean;
}

function lineOf(one: Matched, { match, limit, currency, isTrueUp }: Terms): Line {
  const { deferred, matched_before: before } = one;
  if (one.pay === null) {
    const what = isTrueUp ? 'wages of the year are' : 'compensation is';
    return { ...one, amount: 0n, refusal: `Their ${what} not on record.`, isRecorded: false };
  }
  const pay = limit !== undefined && limit < one.pay ? limit : one.pay;
  const periods = BigInt(isTrueUp ? 1 : match.pay_periods);
  const due = matchOf(match.tiers, { deferred, pay, periods }) - (isTrueUp ? before : 0n);
  const cap = match.annual_cap === undefined ? undefined : toMinor(match.annual_cap, currency);
  const left = cap === undefined || due < cap - before ? due : cap - before;
  return { ...one, pay, amount: left > 0n ? left : 0n, refusal: null, isRecorded: false };
}

interface Entering extends MatchRun {
  readonly planType: string;
  readonly currency: string;
  readonly today: string;
  readonly requestId: string;
  readonly isDry: boolean;
}

/** Judges the matches as a payroll file is judged, and enters those that are right. */
async function enter(run: RunStatement, lines: readonly Line[], load: Entering): Promise<readonly Line[]> {
  const staged = lines.filter(({ refusal }) => refusal === null);
  await run(`${CREATE_STAGED_PAYROLL} on commit drop`);
  await stageMatches(
    run,
    staged.map(({ employee_id, amount }) => ({ employee_id, amount: fromMinor(amount, load.currency) })),
    load,
  );
  await run('analyze staged_rows');
  await judgePayroll(run, load.today);
  await refuseOthersPlans(run, staged);
  if (!load.isDry) await loadJudged(run, load);
  const judged = new Map((await listJudged(run)).map((row) => [row.n, row]));
  return [
    ...lines.filter(({ refusal }) => refusal !== null),
    ...staged.map((line, index) => withJudgement(line, judged.get(index + 1))),
  ];
}

/** Somebody who has enrolled again has two plans in a year: what was deferred into one isn't matched into the other. */
async function refuseOthersPlans(run: RunStatement, staged: readonly Line[]): Promise<void> {
  const others = (await listJudged(run)).filter(
    ({ n, plan_id, error_message }) => error_message === null && plan_id !== staged[n - 1]?.plan_id,
  );
  if (others.length === 0) return;
  const message = 'The plan into which they deferred had ended by then.';
  await refuseRows(
    run,
    others.map(({ n }) => ({ n, code: 'plan-terminated', column: 'employee_id', message })),
  );
}

async function loadJudged(run: RunStatement, { today, requestId }: Entering): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await loadPayroll(run, { uploadId: null, requestId, today });
      return;
    } catch (error) {
      if (!(error instanceof PayrollMoved) || tries === MAX_TRIES) throw error;
    }
  }
}

function withJudgement(line: Line, judged: JudgedMatch | undefined): Line {
  if (judged?.error_message != null) return { ...line, refusal: judged.error_message };
  return { ...line, isRecorded: judged?.recorded === true };
}

function toAnswer(
  lines: readonly Line[],
  {
    document,
    version,
    named,
    limit,
    isDry,
  }: {
    readonly document: { readonly id: string; readonly currency: string; readonly version: number };
    readonly version: VersionRow;
    readonly named: MatchRun;
    readonly limit: bigint | undefined;
    readonly isDry: boolean;
  },
): z.input<typeof EmployerMatch> {
  const { currency } = document;
  const money = (minor: bigint) => fromMinor(minor, currency);
  const refused = lines.filter(({ refusal }) => refusal !== null);
  const good = lines.filter(({ refusal }) => refusal === null);
  const posted = good.filter(({ isRecorded }) => !isRecorded);
  return {
    ...{ plan_document_id: document.id, plan_document_version: version.number, pay_date: named.payDate },
    ...{ run_id: named.matchRun, true_up: named.isTrueUp, dry_run: isDry, currency },
    ...{ posted: posted.length, unchanged: good.length - posted.length, refused: refused.length },
    total: money(posted.reduce((sum, { amount }) => sum + amount, 0n)),
    compensation_limit: limit === undefined ? null : money(limit),
    version: document.version,
    lines: [...refused, ...good].slice(0, MAX_SHOWN).map((line) => ({
      ...{ plan_id: line.plan_id, employee_id: line.employee_id, deferred: money(line.deferred) },
      pay: line.pay === null ? null : money(line.pay),
      ...{ matched_before: money(line.matched_before), amount: money(line.amount), refusal: line.refusal },
      outcome: line.refusal !== null ? 'REFUSED' : line.isRecorded ? 'UNCHANGED' : 'POSTED',
    })),
  };
}
