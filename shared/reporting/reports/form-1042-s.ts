import type { z } from 'zod';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { fromMinor } from '#kernel/money.ts';
import { type Form1042SRow, listForms, sumForms } from './form-1042-s.repository.ts';
import type { Form1042S, get1042SReport } from './form-1042-s.routes.ts';
import type { Report } from './report.ts';
import { recipientOf } from './tax-forms.ts';

type Sent = z.output<(typeof get1042SReport)['query']>;
type Answer = z.input<(typeof get1042SReport)['response']>;
type Item = z.input<typeof Form1042S>;

interface Query {
  readonly year: number;
}

/** Dividends that corporations of the United States pay, by the list of income codes in the form's instructions. */
const DIVIDENDS = '06';

/** The data of Forms 1042-S, a recipient and a rate each. */
export const form1042S: Report<
  Sent,
  Query,
  Form1042SRow,
  Pick<Answer, 'tax_year' | 'recipients' | 'total' | 'total_withheld'>,
  Item
> = {
  name: '1042-s',
  columns: {
    tax_year: 'number',
    account_number: 'text',
    recipient_name: 'text',
    recipient_address: 'text',
    recipient_tin: 'text',
    treaty_country: 'text',
    box_1_income_code: 'text',
    box_2_gross_income: 'number',
    box_3b_tax_rate: 'number',
    box_7a_federal_tax_withheld: 'number',
  },
  cursor: ['uuid', 'decimal'],
  settle: ({ year }) => ({ year: Number(year) }),
  parameters: ({ year }) => ({ year: String(year) }),
  head: async (read, { year }, isFirst) => {
    const sums = isFirst ? await sumForms(read, year) : undefined;
    return {
      tax_year: year,
      recipients: sums === undefined ? null : Number(sums.recipients),
      total: sums === undefined ? null : fromMinor(BigInt(sums.amount), 'USD'),
      total_withheld: sums === undefined ? null : fromMinor(BigInt(sums.withheld), 'USD'),
    };
  },
  rows: (read, { year }, part) => listForms(read, year, part),
  position: ({ shareholder_id, rate }) => [shareholder_id, rate],
  toItem: (row, { year }) => ({
    tax_year: year,
    ...recipientOf(row),
    treaty_country: row.treaty_country,
    box_1_income_code: DIVIDENDS,
    box_2_gross_income: fromMinor(BigInt(row.amount), 'USD'),
    box_3b_tax_rate: canonicalDecimal(row.rate),
    box_7a_federal_tax_withheld: fromMinor(BigInt(row.withheld), 'USD'),
  }),
};
