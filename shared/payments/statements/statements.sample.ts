import { renderDecimal } from '#kernel/decimal.ts';

/** An entry as banks write it, in the formats that we read. */
export interface SampleEntry {
  readonly day: string;
  /** Minor units, negative for a debit. */
  readonly amountMinor: bigint;
  readonly bankReference?: string;
  readonly reference?: string;
  readonly text?: string;
  readonly details?: readonly { readonly amountMinor: bigint; readonly reference: string }[];
}

export interface SampleStatement {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly openingMinor: bigint;
  readonly entries: readonly SampleEntry[];
  /** @default what the entries come to */
  readonly closingMinor?: bigint;
  /** @default USD */
  readonly currency?: string;
}

const abs = (minor: bigint): bigint => (minor < 0n ? -minor : minor);
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const tag = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `<${name}>${escaped(text)}</${name}>`;
const closingOf = ({ openingMinor, entries, closingMinor }: SampleStatement): bigint =>
  closingMinor ?? entries.reduce((sum, { amountMinor }) => sum + amountMinor, openingMinor);

/** A camt.053 message with a statement for each. */
export function sampleCamt(version: '02' | '08', ...statements: readonly SampleStatement[]): string {
  const written = statements.map((statement, index) => camtStatement(version, statement, index + 1));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"><BkToCstmrStmt>`,
    '<GrpHdr><MsgId>20260703-000417</MsgId><CreDtTm>2026-07-03T22:15:00-04:00</CreDtTm></GrpHdr>',
    ...written,
    '</BkToCstmrStmt></Document>',
  ].join('\n');
}

function camtStatement(version: string, statement: SampleStatement, number: number): string {
  const { account, from, to, openingMinor, entries, currency = 'USD' } = statement;
  const money = (minor: bigint) =>
    `<Amt Ccy="${currency}">${renderDecimal(abs(minor), 2)}</Amt><CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;
  const balance = (kind: string, minor: bigint, day: string) =>
    `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp>${money(minor)}<Dt><Dt>${day}</Dt></Dt></Bal>`;
  const status = version === '02' ? '<Sts>BOOK</Sts>' : '<Sts><Cd>BOOK</Cd></Sts>';
  const amountOf = (minor: bigint) => {
    const amount = `<Amt Ccy="${currency}">${renderDecimal(abs(minor), 2)}</Amt>`;
    return version === '02'
      ? `<AmtDtls><TxAmt>${amount}</TxAmt></AmtDtls>`
      : `${amount}<CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;
  };
  const written = entries.map((entry, index) => {
    const parts = entry.details?.map(
      ({ amountMinor, reference }) =>
        `<TxDtls><Refs>${tag('EndToEndId', reference)}</Refs>${amountOf(amountMinor)}</TxDtls>`,
    ) ?? [
      `<TxDtls><Refs>${tag('EndToEndId', entry.reference)}</Refs><RmtInf>${tag('Ustrd', entry.text)}</RmtInf></TxDtls>`,
    ];
    return [
      `<Ntry><NtryRef>${index + 1}</NtryRef>${money(entry.amountMinor)}${status}<BookgDt><Dt>${entry.day}</Dt></BookgDt>`,
      `<ValDt><Dt>${entry.day}</Dt></ValDt>${tag('AcctSvcrRef', entry.bankReference)}`,
      '<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>',
      `<NtryDtls>${parts.join('')}</NtryDtls></Ntry>`,
    ].join('');
  });
  return [
    `<Stmt><Id>STMT-${number}</Id><FrToDt><FrDtTm>${from}T00:00:00</FrDtTm><ToDtTm>${to}T23:59:59</ToDtTm></FrToDt>`,
    `<Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>${currency}</Ccy></Acct>`,
    `${balance('OPBD', openingMinor, from)}${balance('CLBD', closingOf(statement), to)}`,
    ...written,
    '</Stmt>',
  ].join('\n');
}

const yymmdd = (day: string): string => day.slice(2).replaceAll('-', '');

/** A BAI2 file with a group of one account for each: it says one day only. */
export function sampleBai(...statements: readonly SampleStatement[]): string {
  const groups = statements.map((statement) => {
    const { account, to, openingMinor, entries, currency = 'USD' } = statement;
    const closing = closingOf(statement);
    const records = [
      `03,${account},${currency},010,${openingMinor},,,015,${closing},,/`,
      ...entries.flatMap(({ amountMinor, bankReference = '', reference = '', text = '' }) => [
        `16,${amountMinor < 0n ? '475' : '266'},${abs(amountMinor)},Z,${bankReference},${reference},${text.slice(0, 30)}`,
        ...(text.length > 30 ? [`88,${text.slice(30)}`] : []),
      ]),
    ];
    const moved = entries.reduce((sum, { amountMinor }) => sum + abs(amountMinor), 0n);
    const total = openingMinor + closing + moved;
    return {
      total,
      records: [
        `02,ACME,021000021,1,${yymmdd(to)},2359,${currency},2/`,
        ...records,
        `49,${total},${records.length + 1}/`,
        `98,${total},1,${records.length + 3}/`,
      ],
    };
  });
  const written = groups.flatMap(({ records }) => records);
  const total = groups.reduce((sum, group) => sum + group.total, 0n);
  return [
    '01,021000021,ACME,260703,2215,1,80,,2/',
    ...written,
    `99,${total},${groups.length},${written.length + 2}/`,
    '',
  ].join('\n');
}
