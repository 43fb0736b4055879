import { type Day, isDay } from '#kernel/calendar.ts';
import { type BaiRecord, baiRecords } from './bai-records.ts';
import {
  type FaultyStatement,
  MAX_ENTRIES,
  proven,
  type Statement,
  type StatementEntry,
  type StatementFault,
  type StatementFaultCode,
  type StatementFile,
  UnreadableStatement,
} from './statement.ts';
import { minorOfDigits } from './statement-amount.ts';

const OPENING_LEDGER = '010';
const CLOSING_LEDGER = '015';
const USUAL_CURRENCY = 'USD';
/** A group that stands in for one before says so; one that takes it back, or is a test, is not booked. */
const READ_GROUPS = ['1', '3', ''];

interface Account {
  readonly header: BaiRecord;
  readonly details: BaiRecord[];
  control: BaiRecord | undefined;
}

interface Group {
  readonly header: BaiRecord;
  readonly accounts: Account[];
  control: BaiRecord | undefined;
}

/**
 * Reads the accounts of a BAI2 file. Each stands for itself: one whose control, or whose balances, don't prove its details is faulty, and the others
 * are read. A control of a group or the file that doesn't add up says that something is missing.
 * @throws UnreadableStatement where it is no such file
 */
export function baiStatements(text: string): StatementFile {
  const records = baiRecords(text);
  if (records.length > 2 * MAX_ENTRIES) throw new UnreadableStatement('too-many-entries', 1);
  const { groups, control } = groupsOf(records);
  const statements: Statement[] = [];
  const faulty: FaultyStatement[] = [];
  const faults: StatementFault[] = [];
  for (const group of groups) {
    for (const account of group.accounts) {
      const { line, fields } = account.header;
      const [number = ''] = fields;
      try {
        statements.push(statementOf(account, group));
      } catch (error) {
        if (!(error instanceof UnreadableStatement)) throw error;
        if (number.trim() === '') faults.push({ line, code: 'no-account' });
        else faulty.push({ line, code: error.fault.code, account: number.trim() });
      }
    }
    faults.push(...groupFaults(group));
  }
  faults.push(...fileFaults(records, groups, control));
  if (groups.every(({ accounts }) => accounts.length === 0)) throw new UnreadableStatement('no-statement', 1);
  return { statements, faulty, faults };
}

function groupsOf(records: readonly BaiRecord[]): { groups: Group[]; control: BaiRecord | undefined } {
  const groups: Group[] = [];
  let control: BaiRecord | undefined;
  for (const record of records) {
    const group = groups.at(-1);
    const account = group?.accounts.at(-1);
    const isOpen = group !== undefined && group.control === undefined;
    const isAccountOpen = isOpen && account !== undefined && account.control === undefined;
    const { type, line } = record;
    if (type === '01') continue;
    if (type === '02') groups.push({ header: record, accounts: [], control: undefined });
    else if (type === '99') control = record;
    else if (type === '03' && isOpen)
      group.accounts.push({ header: record, details: [], control: undefined });
    else if (type === '16' && isAccountOpen) account.details.push(record);
    else if (type === '49' && isAccountOpen) account.control = record;
    else if (type === '98' && isOpen) group.control = record;
    else throw new UnreadableStatement('record-order', line);
  }
  return { groups, control };
}

function statementOf({ header, details, control }: Account, group: Group): Statement {
  const { line, fields } = header;
  const fail = (code: StatementFaultCode): never => {
    throw new UnreadableStatement(code, line);
  };
  const [account = '', currency = ''] = fields.map((field) => field.trim());
  const [, , status = '', asOf = '', , groupCurrency = ''] = group.header.fields.map((field) => field.trim());
  if (account === '') return fail('no-account');
  if (!READ_GROUPS.includes(status)) return fail('group-status');
  const day = dayOf(asOf) ?? fail('date');
  if (control === undefined) return fail('truncated');
  const summaries = summariesOf(header);
  const lines = details.map((detail) => detailOf(detail, day));
  const total = [...summaries, ...lines].reduce((sum, { amount }) => sum + amount, 0n);
  const count = [header, ...details, control].reduce((sum, record) => sum + record.count, 0);
  if (!isControl(control, total, count)) return fail('control');
  const opening = summaries.find(({ type }) => type === OPENING_LEDGER)?.amount;
  const closing = summaries.find(({ type }) => type === CLOSING_LEDGER)?.amount;
  if (opening === undefined || closing === undefined) return fail('no-balance');
  return proven({
    ...{ line, account: account.slice(0, 34), reference: null, from: day, to: day },
    currency: currency || groupCurrency || USUAL_CURRENCY,
    openingMinor: opening,
    closingMinor: closing,
    entries: lines.flatMap(({ entry }) => entry ?? []),
  });
}

/** Whether a control record’s total and its last number are these. */
function isControl({ fields }: BaiRecord, total: bigint, count: number): boolean {
  return minorOfDigits(fields[0]?.trim() ?? '') === total && Number(fields.at(-1)?.trim()) === count;
}

const accountsTotal = (accounts: readonly Account[]): bigint | undefined =>
  sumOf(accounts.map(({ control }) => control));

/** The sum of what controls state; undefined where one states nothing. */
function sumOf(controls: readonly (BaiRecord | undefined)[]): bigint | undefined {
  const stated = controls.map((control) => minorOfDigits(control?.fields[0]?.trim() ?? ''));
  return stated.reduce<bigint | undefined>(
    (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
    0n,
  );
}

function groupFaults({ header, accounts, control }: Group): StatementFault[] {
  const { line } = header;
  if (control === undefined) return [{ line, code: 'truncated' }];
  const written = accounts.flatMap(({ header: first, details, control: last }) =>
    [first, ...details, last ?? []].flat(),
  );
  const count = [header, ...written, control].reduce((sum, record) => sum + record.count, 0);
  const total = accountsTotal(accounts);
  const isWhole =
    total !== undefined && isControl(control, total, count) && Number(control.fields[1]) === accounts.length;
  // An account without a control is faulty by itself.
  return isWhole || total === undefined ? [] : [{ line: control.line, code: 'control' }];
}

function fileFaults(
  records: readonly BaiRecord[],
  groups: readonly Group[],
  control: BaiRecord | undefined,
): StatementFault[] {
  if (control === undefined) return [{ line: records.at(-1)?.line ?? 1, code: 'truncated' }];
  const count = records.reduce((sum, record) => sum + record.count, 0);
  const total = sumOf(groups.map((group) => group.control));
  const isWhole =
    total !== undefined && isControl(control, total, count) && Number(control.fields[1]) === groups.length;
  return isWhole || total === undefined ? [] : [{ line: control.line, code: 'control' }];
}

/** `260703` is 2026-07-03. */
function dayOf(text: string): Day | undefined {
  const [, year, month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  const written = `20${year}-${month}-${day}`;
  return isDay(written) ? written : undefined;
}

/** The number of fields that say how an amount becomes available, behind the funds type. */
function fundsFields(fields: readonly string[], at: number): number {
  const type = fields[at]?.trim().toUpperCase() ?? '';
  if (type === 'S') return 4;
  if (type === 'V') return 3;
  if (type !== 'D') return 1;
  const pairs = Number(fields[at + 1]?.trim() || 0);
  return Number.isInteger(pairs) && pairs >= 0 ? 2 + 2 * pairs : 2;
}

/** The balances and sums that an account’s header states: type, amount, count of items, funds. */
function summariesOf({ line, fields }: BaiRecord): { type: string; amount: bigint }[] {
  const summaries: { type: string; amount: bigint }[] = [];
  for (let at = 2; at < fields.length; at += 3 + fundsFields(fields, at + 3)) {
    const [type = '', written = ''] = fields.slice(at, at + 2).map((field) => field.trim());
    if (type === '' && written === '') continue;
    const amount = written === '' ? 0n : minorOfDigits(written);
    if (!/^\d{3}$/.test(type) || amount === undefined) throw new UnreadableStatement('amount', line);
    // A balance that isn't stated is none, and isn't zero.
    if (written !== '') summaries.push({ type, amount });
  }
  return summaries;
}

/** Credits are 1xx to 3xx, debits 4xx to 6xx; the bank’s own are 92x to 95x and 96x to 99x. */
function signOf(type: string): bigint | undefined {
  if (/^[123]\d\d$/.test(type) || /^9[2-5]\d$/.test(type)) return 1n;
  if (/^[456]\d\d$/.test(type) || /^9[6-9]\d$/.test(type)) return -1n;
  return undefined;
}

const NOTHING_SAID = '';

/** A detail and what it adds to the control; one of type 890 says something of no money. */
function detailOf(
  { line, fields }: BaiRecord,
  day: Day,
): { amount: bigint; entry: StatementEntry | undefined } {
  const [type = '', written = ''] = fields.map((field) => field.trim());
  const amount = written === '' ? 0n : minorOfDigits(written);
  if (amount === undefined || amount < 0n) throw new UnreadableStatement('amount', line);
  if (amount === 0n) return { amount, entry: undefined };
  const sign = signOf(type);
  if (sign === undefined) throw new UnreadableStatement('field', line);
  const funds = fundsFields(fields, 2);
  const isValueDated = fields[2]?.trim().toUpperCase() === 'V';
  const [bankReference = '', customer = '', ...text] = fields.slice(2 + funds);
  const [ours, theirs] = [customer, bankReference].map((field) => field.trim().slice(0, 70));
  return {
    amount,
    entry: {
      ...{ line, day, code: type },
      amountMinor: sign * amount,
      valueDay: isValueDated ? (dayOf(fields[3]?.trim() ?? '') ?? null) : null,
      bankReference: theirs || null,
      reference: ours || null,
      texts: [ours, theirs, text.join(',').trim().slice(0, 2_000)].filter(
        (one) => one !== undefined && one !== NOTHING_SAID,
      ) as string[],
      details: [],
    },
  };
}
