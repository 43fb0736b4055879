import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { type Form1099DivRow, listForms, sumForms } from './form-1099-div.repository.ts';
import type { Form1099Div, get1099DivReport } from './ledger-reports.routes.ts';
import type { Report } from './report.ts';
import { recipientOf } from './tax-forms.ts';

type Sent = z.output<(typeof get1099DivReport)['query']>;
type Answer = z.input<(typeof get1099DivReport)['response']>;
type Item = z.input<typeof Form1099Div>;

interface Query {
  readonly year: number;
}

/** Instructions for Form 1099-DIV: of each person to whom 10 USD or more were paid, or from whom tax was withheld. */
const FILED_FROM_MINOR = 1_000n;

/** The data of Forms 1099-DIV, a recipient each. */
export const form1099Div: Report<
  Sent,
  Query,
  Form1099DivRow,
  Pick<Answer, 'tax_year' | 'recipients' | 'total'>,
  Item
> = {
  name: '1099-div',
  columns: {
    tax_year: 'number',
    account_number: 'text',
    recipient_name: 'text',
    recipient_address: 'text',
    recipient_tin: 'text',
    box_1a_total_ordinary_dividends: 'number',
    box_4_federal_income_tax_withheld: 'number',
    must_be_filed: 'text',
  },
  cursor: ['uuid'],
  settle: ({ year }) => ({ year: Number(year) }),
  parameters: ({ year }) => ({ year: String(year) }),
  head: async (read, { year }, isFirst) => {
    const sums = isFirst ? await sumForms(read, year) : undefined;
    return {
      tax_year: year,
      recipients: sums === undefined ? null : Number(sums.recipients),
      total: sums === undefined ? null : fromMinor(BigInt(sums.amount), 'USD'),
    };
  },
  rows: (read, { year }, part) => listForms(read, year, part),
  position: ({ shareholder_id }) => [shareholder_id],
  toItem: ({ amount, withheld, ...row }, { year }) => ({
    tax_year: year,
    ...recipientOf(row),
    box_1a_total_ordinary_dividends: fromMinor(BigInt(amount), 'USD'),
    box_4_federal_income_tax_withheld: fromMinor(BigInt(withheld), 'USD'),
    must_be_filed: BigInt(amount) >= FILED_FROM_MINOR || BigInt(withheld) > 0n,
  }),
};
