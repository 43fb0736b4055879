import { type Day, dayWrittenIn, isDay } from '#kernel/calendar.ts';
import {
  type EntryDetail,
  type FaultyStatement,
  isTelling,
  MAX_ENTRIES,
  proven,
  type Statement,
  type StatementEntry,
  type StatementFaultCode,
  type StatementFile,
  UnreadableStatement,
} from './statement.ts';
import { minorOfDecimal } from './statement-amount.ts';
import { at, children, leaves, textAt, xmlTree } from './xml-tree.ts';

/** ISO 20022’s BankToCustomerStatement. Versions 02 to 08 and later name what is read here alike, or are read both ways. */
const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d$/;
const OPENING = ['OPBD', 'PRCD'];
const CLOSING = ['CLBD'];
/** The balance between two pages of a statement. */
const INTERIM = 'ITBD';
const MOST_TEXTS = 50;

/** Numbers the statements, entries and details of a file, since a bank may write them all into one line. */
class Records {
  #line = 0;

  next(): number {
    this.#line += 1;
    if (this.#line > 2 * MAX_ENTRIES) throw new UnreadableStatement('too-many-entries', this.#line);
    return this.#line;
  }
}

/**
 * Reads the statements of a camt.053 message. Each stands for itself: one whose balances don't prove its entries is faulty, and the others are read.
 * @throws UnreadableStatement where it is no such message
 */
export function camtStatements(text: string): StatementFile {
  const root = xmlTree(text);
  const message = at(root, 'BkToCstmrStmt');
  if (!NAMESPACE.test(root.namespaceURI ?? '') || message === undefined)
    throw new UnreadableStatement('not-a-statement', 1);
  const records = new Records();
  const statements: Statement[] = [];
  const faulty: FaultyStatement[] = [];
  const faults: { line: number; code: StatementFaultCode }[] = [];
  for (const element of children(message, 'Stmt')) {
    const line = records.next();
    const account = textAt(element, 'Acct', 'Id', 'IBAN') ?? textAt(element, 'Acct', 'Id', 'Othr', 'Id');
    if (account === undefined) {
      faults.push({ line, code: 'no-account' });
      continue;
    }
    try {
      statements.push(statementOf(element, line, account.slice(0, 34), records));
    } catch (error) {
      if (!(error instanceof UnreadableStatement)) throw error;
      faulty.push({ line, code: error.fault.code, account });
    }
  }
  if (statements.length + faulty.length + faults.length === 0)
    throw new UnreadableStatement('no-statement', 1);
  return { statements, faulty, faults };
}

interface Balance {
  readonly kind: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly day: Day;
}

function statementOf(element: Element, line: number, account: string, records: Records): Statement {
  const fail = (code: StatementFaultCode): never => {
    throw new UnreadableStatement(code, line);
  };
  const balances = children(element, 'Bal').flatMap((balance) => balanceOf(balance) ?? fail('amount'));
  const opening =
    balances.find(({ kind }) => OPENING.includes(kind)) ?? balances.find(({ kind }) => kind === INTERIM);
  const closing =
    balances.findLast(({ kind }) => CLOSING.includes(kind)) ??
    balances.findLast(({ kind }) => kind === INTERIM);
  if (opening === undefined || closing === undefined || opening === closing) return fail('no-balance');
  const currency = textAt(element, 'Acct', 'Ccy') ?? closing.currency;
  if (opening.currency !== currency || closing.currency !== currency) return fail('other-currency');
  const entries = children(element, 'Ntry').flatMap((entry) => entryOf(entry, currency, records));
  const days = entries.map(({ day }) => day);
  const [from, to] = periodOf(element);
  const first = [from ?? closing.day, ...days].toSorted()[0] ?? closing.day;
  const last = [to ?? closing.day, ...days].toSorted().at(-1) ?? closing.day;
  return proven({
    ...{ line, account, currency, entries },
    reference: textAt(element, 'Id')?.slice(0, 35) ?? null,
    ...{ from: first, to: last },
    openingMinor: opening.amountMinor,
    closingMinor: closing.amountMinor,
  });
}

/** The first and the last day of the period that a statement names, if it does. */
function periodOf(element: Element): readonly (Day | undefined)[] {
  return ['Fr', 'To'].map((end) =>
    dayIn(textAt(element, 'FrToDt', `${end}DtTm`) ?? textAt(element, 'FrToDt', `${end}Dt`)),
  );
}

/** Undefined where it can't be read. */
function balanceOf(element: Element): Balance | undefined {
  const kind = textAt(element, 'Tp', 'CdOrPrtry', 'Cd') ?? '';
  const money = moneyOf(element);
  const day = dayOfDate(at(element, 'Dt'));
  return money === undefined || day === undefined ? undefined : { kind, day, ...money };
}

/** The amount of a balance, an entry or a detail, negative where it is a debit. */
function moneyOf(element: Element, sign = textAt(element, 'CdtDbtInd')) {
  const amount = at(element, 'Amt');
  const currency = amount?.getAttribute('Ccy') ?? '';
  const minor = minorOfDecimal(textAt(amount) ?? '', currency);
  if (minor === undefined || (sign !== 'CRDT' && sign !== 'DBIT')) return undefined;
  return { currency, amountMinor: sign === 'DBIT' ? -minor : minor };
}

/** The day of a choice of date and time: where the account is kept, as it stands there. */
function dayOfDate(choice: Element | undefined): Day | undefined {
  return dayIn(textAt(choice, 'Dt') ?? textAt(choice, 'DtTm'));
}

function dayIn(text: string | undefined): Day | undefined {
  if (text === undefined) return undefined;
  const day = dayWrittenIn(text);
  return isDay(day) ? day : undefined;
}

/** None where the entry isn't booked, or moves nothing. */
function entryOf(element: Element, currency: string, records: Records): StatementEntry[] {
  const line = records.next();
  const status = textAt(element, 'Sts', 'Cd') ?? textAt(element, 'Sts');
  if (status !== 'BOOK') return [];
  const money = moneyOf(element);
  if (money === undefined) throw new UnreadableStatement('amount', line);
  if (money.currency !== currency) throw new UnreadableStatement('other-currency', line);
  if (money.amountMinor === 0n) return [];
  const day = dayOfDate(at(element, 'BookgDt')) ?? dayOfDate(at(element, 'ValDt'));
  if (day === undefined) throw new UnreadableStatement('date', line);
  const parts = children(element, 'NtryDtls').flatMap((details) => children(details, 'TxDtls'));
  const bankReference = textAt(element, 'AcctSvcrRef') ?? null;
  const references = [
    ...children(element, 'NtryDtls').flatMap((details) => leaves(at(details, 'Btch'), MOST_TEXTS)),
    ...parts.slice(0, 1).flatMap((part) => referencesOf(part)),
    ...[textAt(element, 'NtryRef')].filter((text) => text !== undefined),
  ];
  const details = detailsOf(parts, money, textAt(element, 'CdtDbtInd') ?? '', records);
  const own = references.find((text) => isTelling(text, bankReference));
  return [
    {
      ...{ line, day, amountMinor: money.amountMinor },
      valueDay: dayOfDate(at(element, 'ValDt')) ?? null,
      code: codeOf(element),
      bankReference: bankReference?.slice(0, 70) ?? null,
      reference: own?.slice(0, 70) ?? null,
      texts: [
        ...references,
        ...(details.length === 0 ? parts.slice(0, MOST_TEXTS).flatMap((part) => textsOf(part)) : []),
        ...[bankReference, textAt(element, 'AddtlNtryInf')].filter((text) => text != null),
      ],
      details,
    },
  ];
}

/** Those of several parts that come to their entry. */
function detailsOf(
  parts: readonly Element[],
  { currency, amountMinor }: { readonly currency: string; readonly amountMinor: bigint },
  sign: string,
  records: Records,
): readonly EntryDetail[] {
  const numbered = parts.map((part) => ({ part, line: records.next() }));
  if (parts.length < 2) return [];
  const details: EntryDetail[] = [];
  for (const { part, line } of numbered) {
    const money = moneyOf(
      at(part, 'Amt') === undefined ? (at(part, 'AmtDtls', 'TxAmt') ?? part) : part,
      textAt(part, 'CdtDbtInd') ?? sign,
    );
    if (money?.currency !== currency || money.amountMinor === 0n) return [];
    details.push({ line, amountMinor: money.amountMinor, texts: textsOf(part) });
  }
  return details.reduce((sum, detail) => sum + detail.amountMinor, 0n) === amountMinor ? details : [];
}

const referencesOf = (part: Element | undefined): string[] => leaves(at(part, 'Refs'), MOST_TEXTS);

const textsOf = (part: Element | undefined): string[] => [
  ...referencesOf(part),
  ...leaves(at(part, 'RmtInf'), MOST_TEXTS),
  ...leaves(at(part, 'RtrInf'), MOST_TEXTS),
  ...[textAt(part, 'AddtlTxInf')].filter((text) => text !== undefined),
];

/** `PMNT-ICDT-DMCT`, or the bank’s own code. */
function codeOf(element: Element): string | null {
  const domain = at(element, 'BkTxCd', 'Domn');
  const codes = [
    textAt(domain, 'Cd'),
    textAt(domain, 'Fmly', 'Cd'),
    textAt(domain, 'Fmly', 'SubFmlyCd'),
  ].filter((code) => code !== undefined);
  const code = codes.length > 0 ? codes.join('-') : textAt(element, 'BkTxCd', 'Prtry', 'Cd');
  return code?.slice(0, 35) ?? null;
}
