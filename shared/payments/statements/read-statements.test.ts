import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStatements } from './read-statements.ts';
import type { Statement, StatementFile } from './statement.ts';
import { type SampleStatement, sampleBai, sampleCamt } from './statements.sample.ts';

/** A US bank writes it so: continued details, funds of every type, texts with commas and slashes, blanks behind the records. */
const BAI = [
  '01,122099999,123456789,260703,0200,1,80,1,2/',
  '02,031001234,122099999,1,260702,2359,USD,2/',
  '03,0975312468,,010,500000,,,190,70000000,4,0,015,+70340350,,/      ',
  '88,045,70340350,,,400,159650,2,Z/',
  '16,195,70000000,S,70000000,0,0,7001,SALARY FUNDING,FED WIRE FROM HOLDING CO, INC. /OBI/ JULY, PART 1',
  '88,AND PART 2 WITHOUT AN END',
  '16,475,110050,0,93001,2026-07-02-A,ACH SETTLEMENT/',
  '16,475,49600,V,260706,0900,93002,,FEES/',
  '88,OF JUNE',
  '16,890,,,,,NOTHING IS MOVED BY THIS',
  '49,281500000,9/',
  '98,281500000,1,11/',
  '99,281500000,1,13/',
];

const CAMT = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!-- made by the core banking system -->
<ns:Document xmlns:ns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
 <ns:BkToCstmrStmt><ns:GrpHdr><ns:MsgId>1</ns:MsgId></ns:GrpHdr>
  <ns:Stmt><ns:Id>2026-183</ns:Id>
   <ns:Acct><ns:Id><ns:IBAN>DE89370400440532013000</ns:IBAN></ns:Id><ns:Ccy>USD</ns:Ccy></ns:Acct>
   <ns:Bal><ns:Tp><ns:CdOrPrtry><ns:Cd>PRCD</ns:Cd></ns:CdOrPrtry></ns:Tp><ns:Amt Ccy="USD">10.5</ns:Amt><ns:CdtDbtInd>DBIT</ns:CdtDbtInd><ns:Dt><ns:Dt>2026-07-01</ns:Dt></ns:Dt></ns:Bal>
   <ns:Bal><ns:Tp><ns:CdOrPrtry><ns:Cd>CLBD</ns:Cd></ns:CdOrPrtry></ns:Tp><ns:Amt Ccy="USD">189.50</ns:Amt><ns:CdtDbtInd>CRDT</ns:CdtDbtInd><ns:Dt><ns:Dt>2026-07-02</ns:Dt></ns:Dt></ns:Bal>
   <ns:Ntry><ns:Amt Ccy="USD">200.00</ns:Amt><ns:CdtDbtInd>CRDT</ns:CdtDbtInd><ns:Sts>BOOK</ns:Sts><ns:BookgDt><ns:DtTm>2026-07-02T10:00:00+02:00</ns:DtTm></ns:BookgDt>
    <ns:AcctSvcrRef>B-77</ns:AcctSvcrRef><ns:BkTxCd><ns:Prtry><ns:Cd>NTRF+166</ns:Cd></ns:Prtry></ns:BkTxCd>
    <ns:NtryDtls><ns:TxDtls><ns:Refs><ns:EndToEndId>NOTPROVIDED</ns:EndToEndId><ns:InstrId>R&amp;D-1</ns:InstrId></ns:Refs><ns:RmtInf><ns:Ustrd><![CDATA[von M\u00fcller <intern>]]></ns:Ustrd></ns:RmtInf></ns:TxDtls></ns:NtryDtls></ns:Ntry>
   <ns:Ntry><ns:Amt Ccy="USD">99.00</ns:Amt><ns:CdtDbtInd>DBIT</ns:CdtDbtInd><ns:Sts>PDNG</ns:Sts></ns:Ntry>
  </ns:Stmt></ns:BkToCstmrStmt></ns:Document>`;

const only = ({ statements, faulty, faults }: StatementFile): Statement => {
  expect({ faulty, faults }).toEqual({ faulty: [], faults: [] });
  expect(statements).toHaveLength(1);
  return statements[0] as Statement;
};

test('a BAI2 file is read with its continued records, its funds and its texts', () => {
  const statement = only(readStatements(BAI.join('\n')));
  expect(statement).toMatchObject({
    ...{ account: '0975312468', currency: 'USD', from: '2026-07-02', to: '2026-07-02' },
    ...{ openingMinor: 500_000n, closingMinor: 70_340_350n },
  });
  expect(statement.entries).toMatchObject([
    { line: 5, amountMinor: 70_000_000n, code: '195', bankReference: '7001', reference: 'SALARY FUNDING' },
    { line: 7, amountMinor: -110_050n, bankReference: '93001', reference: '2026-07-02-A', valueDay: null },
    { line: 8, amountMinor: -49_600n, bankReference: '93002', reference: null, valueDay: '2026-07-06' },
  ]);
  expect(statement.entries[0]?.texts[2]).toBe(
    'FED WIRE FROM HOLDING CO, INC. /OBI/ JULY, PART 1 AND PART 2 WITHOUT AN END',
  );
});

test('a camt.053 is read whatever its prefix, with what is booked alone', () => {
  const statement = only(readStatements(CAMT));
  expect(statement).toMatchObject({
    ...{ account: 'DE89370400440532013000', reference: '2026-183', from: '2026-07-02', to: '2026-07-02' },
    ...{ openingMinor: -1_050n, closingMinor: 18_950n },
  });
  expect(statement.entries).toMatchObject([
    { amountMinor: 20_000n, day: '2026-07-02', code: 'NTRF+166', bankReference: 'B-77', reference: 'R&D-1' },
  ]);
  expect(statement.entries[0]?.texts).toContain('von M\u00fcller <intern>');
});

const SAMPLE: SampleStatement = {
  ...{ account: '0123456789', from: '2026-07-02', to: '2026-07-02', openingMinor: 100_000n },
  entries: [
    { day: '2026-07-02', amountMinor: -6_006n, bankReference: 'B1', reference: '2026-07-02-A', text: 'ACH' },
    { day: '2026-07-02', amountMinor: 2_002n, bankReference: 'B2', reference: '021000020000001' },
  ],
};
const camt = sampleCamt('08', SAMPLE);
const bai = sampleBai(SAMPLE);

describe('a file is read alike', () => {
  const wide = (text: string) => `\u00ff\u00fe${Buffer.from(text, 'utf16le').toString('latin1')}`;
  test.each<[string, string, string]>([
    ['CRLF', camt.replaceAll('\n', '\r\n'), camt],
    ['one line', camt.replaceAll('\n', ''), camt],
    ['a mark of UTF-8 and blank lines before it', `\u00ef\u00bb\u00bf${camt}\n\n`, camt],
    ['UTF-16', wide(camt.replace('UTF-8', 'UTF-16')), camt],
    ['Latin-1 that says UTF-8', camt.replace('>ACH<', '>ACH \u00e9\u00ff<'), camt],
    ['version 02', sampleCamt('02', SAMPLE), camt],
    ['BAI2 with CRLF', bai.replaceAll('\n', '\r\n'), bai],
    ['BAI2 with CR', bai.replaceAll('\n', '\r'), bai],
    [
      'BAI2 in blanks to 80',
      bai
        .split('\n')
        .map((line) => line.padEnd(80))
        .join('\n'),
      bai,
    ],
    ['BAI2 with an end of file of old systems', `${bai}\u001a`, bai],
  ])('%s', (_, written, like) => {
    const money = (statement: Statement) => [
      statement.openingMinor,
      statement.closingMinor,
      statement.entries.map(({ amountMinor, day, reference, bankReference }) => [
        amountMinor,
        day,
        reference,
        bankReference,
      ]),
    ];
    expect(money(only(readStatements(written)))).toEqual(money(only(readStatements(like))));
  });
});

describe('what can’t be believed is not read, and says why', () => {
  const entity = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
  const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, n) => `<!ENTITY lol${n + 1} "${`&lol${n || ''};`.repeat(10)}">`).join('')}]>`;
  const statementWith = (change: Partial<SampleStatement>) => ({ ...SAMPLE, ...change });
  test.each<[string, string, string]>([
    [
      'an entity from outside',
      camt.replace('<Document', `${entity}<Document`).replace('>ACH<', '>&x;<'),
      'document-type',
    ],
    [
      'entities that grow',
      camt.replace('<Document', `${laughs}<Document`).replace('>ACH<', '>&lol9;<'),
      'document-type',
    ],
    ['an entity that nothing declares', camt.replace('>ACH<', '>&nbsp;<'), 'not-well-formed'],
    ['a file that is cut off', camt.slice(0, -40), 'not-well-formed'],
    ['two roots', `${camt}<Document/>`, 'not-well-formed'],
    ['a depth without end', `<a>${'<b>'.repeat(300_000)}`, 'not-well-formed'],
    ['tags without end', `<a>${'<b/>'.repeat(500_000)}</a>`, 'too-large'],
    ['more bytes than a day has', `<a>${' '.repeat(8_000_001)}</a>`, 'too-large'],
    ['bytes that are no UTF-16', '\u00ff\u00fe<\u0000\u0000\u00d8', 'encoding'],
    ['an encoding that nobody has', camt.replace('UTF-8', 'EBCDIC-CP-US'), 'encoding'],
    ['a payment order', camt.replace('camt.053.001.08', 'pain.001.001.09'), 'not-a-statement'],
    ['a report of the day', camt.replaceAll('BkToCstmrStmt', 'BkToCstmrAcctRpt'), 'not-a-statement'],
    ['a page of HTML', '<html><body>503 Service Unavailable</body></html>', 'not-a-statement'],
    ['no statement', camt.replace(/<Stmt>[\s\S]*<\/Stmt>/, ''), 'no-statement'],
    ['balances that don’t add up', sampleCamt('08', statementWith({ closingMinor: 1n })), 'balances'],
    ['no closing balance', camt.replace('CLBD', 'CLAV'), 'no-balance'],
    [
      'an amount in another currency',
      camt.replace('<Amt Ccy="USD">60.06', '<Amt Ccy="EUR">60.06'),
      'other-currency',
    ],
    ['a fraction of a cent', camt.replace('60.06', '60.061'), 'amount'],
    ['a decimal comma', camt.replace('60.06', '60,06'), 'amount'],
    ['neither debit nor credit', camt.replace(/(60\.06<\/Amt><CdtDbtInd>)DBIT/, '$1DBT'), 'amount'],
    [
      'no day',
      camt
        .replace('<BookgDt><Dt>2026-07-02', '<BookgDt><Dt>2026-02-30')
        .replace('<ValDt><Dt>2026-07-02', '<ValDt><Dt>'),
      'date',
    ],
    ['no account', camt.replace('<Othr><Id>0123456789</Id></Othr>', ''), 'no-account'],
    ['BAI2: balances that don’t add up', sampleBai(statementWith({ closingMinor: 1n })), 'balances'],
    ['BAI2: another total of the account', bai.replace('49,2', '49,3'), 'control'],
    ['BAI2: another count of the group', bai.replace(/(98,\d+,1,)\d+/, '$19'), 'control'],
    ['BAI2: another count of groups', bai.replace(/(99,\d+,)1/, '$12'), 'control'],
    ['BAI2: cut off', bai.slice(0, bai.indexOf('98,')), 'truncated'],
    ['BAI2: a detail outside of an account', bai.replace(/03,.*\n/, ''), 'record-order'],
    ['BAI2: a record that nobody knows', bai.replace('\n49', '\n50,X/\n49'), 'record-type'],
    ['BAI2: a day that isn’t', bai.replace(',260702,2359', ',260732,2359'), 'date'],
    [
      'BAI2: a group that takes another back',
      bai.replace('021000021,1,2607', '021000021,2,2607'),
      'group-status',
    ],
    ['BAI2: a point in an amount', bai.replace('16,475,6006', '16,475,60.06'), 'amount'],
    ['BAI2: a code that is neither', bai.replace('16,475', '16,075'), 'field'],
    ['BAI2: no closing balance', bai.replace('015,', '040,'), 'no-balance'],
    ['BAI2: nothing in it', '01,A,B,260703,2215,1,,,2/\n99,0,0,2/\n', 'no-statement'],
  ])('%s', (_, written, code) => {
    const { statements, faulty, faults } = readStatements(written);
    expect([...faulty, ...faults].map((fault) => fault.code)).toContain(code);
    expect(statements.length === 0 || faults.length > 0).toBe(true);
  });

  test('each statement stands for itself', () => {
    const wrong = statementWith({ account: '999', closingMinor: 1n });
    for (const file of [sampleCamt('02', wrong, SAMPLE), sampleBai(wrong, SAMPLE)])
      expect(readStatements(file)).toMatchObject({
        statements: [{ account: '0123456789' }],
        faulty: [{ account: '999', code: 'balances' }],
        faults: [],
      });
  });
});

describe('entries of several transactions', () => {
  const detailed = (amounts: readonly bigint[]) => ({
    ...SAMPLE,
    entries: [
      {
        ...{ day: '2026-07-02', amountMinor: 3_000n, bankReference: 'B9' },
        details: amounts.map((amountMinor, index) => ({ amountMinor, reference: `REF-${index}` })),
      },
    ],
  });
  test.each(['02', '08'] as const)('are told where they come to their entry: version %s', (version) => {
    const [entry] = only(readStatements(sampleCamt(version, detailed([1_000n, 2_000n])))).entries;
    expect(entry?.details).toMatchObject([
      { amountMinor: 1_000n, texts: ['REF-0'] },
      { amountMinor: 2_000n, texts: ['REF-1'] },
    ]);
    const [other] = only(readStatements(sampleCamt(version, detailed([1_000n, 1_000n])))).entries;
    expect(other).toMatchObject({ amountMinor: 3_000n, details: [] });
    expect(other?.texts).toEqual(expect.arrayContaining(['REF-0', 'REF-1']));
  });
});

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 .&<>-]{3,20}[A-Za-z0-9]$/);
const day = fc.integer({ min: 1, max: 28 }).map((number) => `2026-07-${String(number).padStart(2, '0')}`);
const entry = fc.record({
  day,
  amountMinor: fc.bigInt({ min: -99_999_999_999n, max: 99_999_999_999n }).filter((minor) => minor !== 0n),
  bankReference: word,
  reference: word,
  text: fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ,.-]{0,100}[A-Za-z]$/),
});
const statement = fc.record({
  account: fc.stringMatching(/^[1-9][0-9]{5,16}$/),
  ...{ from: fc.constant('2026-07-01'), to: fc.constant('2026-07-31') },
  openingMinor: fc.bigInt({ min: -9_999_999_999n, max: 99_999_999_999n }),
  entries: fc.array(entry, { maxLength: 20 }),
});

test('a statement that is written is read as it was written, in every format', () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (written) => {
      const expected = (isBai: boolean) =>
        written.map(({ account, openingMinor, entries }) => ({
          ...{ account, openingMinor },
          entries: entries.map(({ text: _, ...one }) => ({
            ...one,
            ...(isBai ? { day: '2026-07-31' } : {}),
          })),
        }));
      const read = (text: string) => {
        const { statements, faulty, faults } = readStatements(Buffer.from(text, 'utf8').toString('latin1'));
        expect([...faulty, ...faults]).toEqual([]);
        return statements.map(({ account, openingMinor, entries }) => ({
          ...{ account, openingMinor },
          entries: entries.map(({ day, amountMinor, bankReference, reference }) => ({
            ...{ day, amountMinor, bankReference, reference },
          })),
        }));
      };
      for (const version of ['02', '08'] as const)
        expect(read(sampleCamt(version, ...written))).toEqual(expected(false));
      expect(read(sampleBai(...written))).toEqual(expected(true));
    }),
  );
});

test('whatever has happened to a file on its way, it is read or it has a fault, and what is read adds up', () => {
  const files = [camt, bai, CAMT, BAI.join('\n')];
  const change = fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 40 }),
    text: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('<', '>', '&', '/', ',', '\n', '\r', '\0', '88,', '-', '<!--', '<![CDATA['),
    ),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (file, changes) => {
        const changed = changes.reduce((text, { at, length, text: put }) => {
          const from = at % (text.length + 1);
          return text.slice(0, from) + put + text.slice(from + length);
        }, file);
        const { statements, faulty, faults } = readStatements(changed);
        expect(statements.length + faulty.length + faults.length).toBeGreaterThan(0);
        for (const { openingMinor, closingMinor, entries } of statements)
          expect(entries.reduce((sum, { amountMinor }) => sum + amountMinor, openingMinor)).toBe(
            closingMinor,
          );
      },
    ),
    { numRuns: 2_000 },
  );
});
