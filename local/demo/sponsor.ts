import { dayOf } from '#kernel/calendar.ts';
import type { DemoDoors } from './doors.ts';

export interface DemoSponsor {
  readonly slug: string;
  /** The token of its ADMIN. */
  readonly token: string;
}

const EMPLOYEES = 36;
const MONTHS = 12;
/** More would start more environments of the same function than they save. */
const ENROLMENTS_AT_ONCE = 2;

const GRADED = { type: 'graded', cliff_months: 6, total_months: 30 } as const;

/** The schedules by which an employer's money or a grant vests; each employee has one of them. */
const SCHEDULES = [
  GRADED,
  { type: 'cliff', cliff_months: 36 },
  { type: 'graded', cliff_months: 12, total_months: 48 },
  { type: 'graded', total_months: 36, every_months: 3 },
  {
    type: 'tranches',
    tranches: [
      { after_months: 12, percent: '20' },
      { after_months: 24, percent: '30' },
      { after_months: 36, percent: '50' },
    ],
  },
] as const;

/** The first day of the month, `months` before that of `today`. */
function monthStart(today: Date, months: number): string {
  const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, 1));
  return dayOf(first);
}

/** The first is `E-1001`, whom the demo's EMPLOYEE signs in as. */
const employeeId = (number: number): string => `E-${1_000 + number}`;

const GIVEN = ['Amara', 'Bjørn', 'Chloé', 'Dmitri', 'Erin', 'Farah'] as const;
const FAMILY = ['Walsh', 'Okonkwo', 'Nakamura', 'García López', 'van der Meer', 'Haddad'] as const;

/** Returns the employees as a payroll system tells of them. */
function census(today: Date): string {
  const hired = monthStart(today, MONTHS + 3);
  const lines = Array.from({ length: EMPLOYEES }, (_, index) => {
    const name = `${GIVEN[index % GIVEN.length]} ${FAMILY[Math.floor(index / GIVEN.length) % FAMILY.length]}`;
    const number = employeeId(index + 1);
    return `${number},${name},${number.toLowerCase()}@globex.example,${hired},${48_000 + 3_300 * (index + 1)}.00`;
  });
  return `employee_id,name,email,hired_on,compensation\n${lines.join('\n')}\n`;
}

/** A 401K for everybody, for every third a grant of RSUs, for every fourth an ESPP. */
function enrolments(today: Date): object[] {
  const enrolled_on = monthStart(today, MONTHS);
  return Array.from({ length: EMPLOYEES }, (_, index) => index + 1).flatMap((number) => {
    const employee = { employee_id: employeeId(number), enrolled_on };
    const vesting_schedule = SCHEDULES[(number - 1) % SCHEDULES.length];
    // One in six is old enough for catch-up contributions.
    const date_of_birth = `${number % 6 === 0 ? 1964 : 1975 + (number % 20)}-06-15`;
    const grant = { quantity: String(600 + 37 * number), grant_date: monthStart(today, MONTHS + 3) };
    return [
      { ...employee, plan_type: '401K', vesting_schedule, date_of_birth },
      ...(number % 3 === 1 ? [{ ...employee, plan_type: 'RSU', grant, vesting_schedule: GRADED }] : []),
      ...(number % 4 === 0 ? [{ ...employee, plan_type: 'ESPP' }] : []),
    ];
  });
}

/** A month's pay: what each employee saves, and half of it from the employer. */
function payroll(period: string): string {
  const lines = ['employee_id,plan_type,amount,source,period'];
  for (let number = 1; number <= EMPLOYEES; number += 1) {
    const cents = 40_000 + 2_750 * number;
    const amount = (part: number) => (part / 100).toFixed(2);
    lines.push(`${employeeId(number)},401K,${amount(cents)},EMPLOYEE,${period}`);
    lines.push(`${employeeId(number)},401K,${amount(cents / 2)},EMPLOYER,${period}`);
    if (number % 4 === 0) lines.push(`${employeeId(number)},ESPP,250.00,EMPLOYEE,${period}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A few dozen employees by a census, in plans of several schedules, and a year of their payroll, a file a month. */
export async function loadSponsor(
  doors: DemoDoors,
  { slug, token }: DemoSponsor,
  today: Date,
): Promise<void> {
  const waiting = enrolments(today).values();
  const enrolling = async (): Promise<void> => {
    for (const body of waiting) await doors.call('POST', '/plans/enroll', token, body);
  };
  await Promise.all(Array.from({ length: ENROLMENTS_AT_ONCE }, enrolling));
  const drop = await doors.dropper(token);
  await drop(`drop/${slug}/participants/census.csv`, census(today));
  await doors.drained();
  for (let month = MONTHS; month >= 1; month -= 1) {
    const period = monthStart(today, month).slice(0, 7);
    await drop(`drop/${slug}/contributions/payroll-${period}.csv`, payroll(period));
    // One after the other: together each would start an environment of its own.
    await doors.drained();
  }
}
