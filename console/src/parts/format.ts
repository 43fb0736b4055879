/** Numbers of the API are text, exact to the last digit: they are shown as they are, with separators, and never through a float. */
export function grouped(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

export function money(amount: string | null | undefined, currency: string): string {
  return amount === null || amount === undefined ? '–' : `${grouped(amount)} ${currency}`;
}

/** A quantity in the unit that the API names with it: `shares`, or a currency. */
export function amountIn(unit: string, quantity: string): string {
  return unit === 'shares' ? `${grouped(quantity)} shares` : money(quantity, unit);
}

export function instant(at: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone },
    timeZoneName: 'short',
  }).format(new Date(at));
}

/** A day of the calendar, which is the same in every time zone. */
export function day(on: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${on}T00:00:00Z`));
}

/** `AWAITING_APPROVAL` → `Awaiting approval`, `payment-run` → `Payment run`. */
export function words(name: string): string {
  const spaced = name.toLowerCase().replaceAll(/[_-]/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** `1 row`, `1,200 rows`. */
export function counted(number: number, one: string, many: string): string {
  return `${grouped(String(number))} ${number === 1 ? one : many}`;
}
