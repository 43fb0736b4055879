import * as routes from '#dividends/dividends.routes.ts';
import { preview } from '#dividends/preview-dividend.ts';
import { bankingDayOnOrAfter } from '#payments/nacha/federal-reserve-holidays.ts';
import { isAccountCurrency } from '#payments/payees/account-currency.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.previewDividend, async ({ body, tenantRead }) => ({
  ...(await tenantRead((read) => preview(read, body))),
  first_banking_day: bankingDayOnOrAfter(body.payable_date),
  blocked_reasons: isAccountCurrency(body.currency) ? [] : ['CURRENCY_NOT_PAYABLE' as const],
}));
