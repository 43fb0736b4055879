import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { DomainError } from '#kernel/domain-error.ts';
import type { Acceleration, GrantChanges } from './grant-changes.ts';
import {
  awaitingQuantity,
  type Grant,
  vestedFraction,
  vestedMinor,
  vestedQuantity,
  vestingEvents,
} from './vesting.ts';
import type { AllocationType, VestingSchedule } from './vesting-schedule.ts';

const start = '2025-01-15';
const seedGrant: Grant = { quantity: '1000', vestingStart: start };
const seedSchedule: VestingSchedule = { type: 'graded', cliff_months: 6, total_months: 30 };

const quantities = (grant: Grant, schedule: VestingSchedule, changes?: GrantChanges) =>
  vestingEvents(grant, schedule, changes).map(({ quantity }) => quantity);
const whys = (grant: Grant, schedule: VestingSchedule, changes?: GrantChanges) =>
  vestingEvents(grant, schedule, changes).map(({ why }) => why);

describe('the examples of the documentation', () => {
  const source = readFileSync(new URL('vesting.ts', import.meta.url), 'utf8');
  const blocks = [...source.matchAll(/@example\n([\s\S]*?)\n \*(?:\n|\/)/g)].map(([, block = '']) =>
    block.replaceAll(/^ \* /gm, ''),
  );
  // `expression; // → value` becomes a check, other lines stay as they are.
  const programs = blocks.map((block) =>
    block.replaceAll(/^(.*); \/\/ → (.*)$/gm, 'check(() => $1, () => ($2));'),
  );

  test('are all found', () => {
    expect(programs.map((program) => program.match(/^check/gm)?.length)).toEqual([5, 7, 3, 3]);
  });

  test.each(programs)('%s', (program) => {
    const run = runInThisContext(
      `({ vestedQuantity, vestingEvents, vestedFraction, vestedMinor }, check) => {\n${program}\n}`,
    ) as (engine: object, check: (actual: () => unknown, expected: () => unknown) => void) => void;
    run({ vestedQuantity, vestingEvents, vestedFraction, vestedMinor }, (actual, expected) => {
      expect(actual(), actual.toString()).toEqual(expected());
    });
  });
});

describe('a graded schedule', () => {
  test('vests at the cliff what had accrued, then by the period', () => {
    const events = vestingEvents(seedGrant, seedSchedule);
    expect(events).toHaveLength(25);
    expect(events[0]).toEqual({
      date: '2025-07-15',
      kind: 'VESTED',
      quantity: '200',
      cumulative: '200',
      why: 'cliff: 6 of 30 months accrued',
    });
    expect(events[1]).toMatchObject({
      quantity: '33',
      cumulative: '233',
      why: 'period 7 of 30, rounded down',
    });
    expect(events[3]).toMatchObject({ quantity: '34', cumulative: '300', why: 'period 9 of 30' });
    expect(events.at(-1)).toMatchObject({ date: '2027-07-15', cumulative: '1000', why: 'period 30 of 30' });
  });

  test('ends on total_months when the last period is short', () => {
    const events = vestingEvents(seedGrant, { type: 'graded', total_months: 10, every_months: 4 });
    expect(events.map(({ date, quantity }) => [date, quantity])).toEqual([
      ['2025-05-15', '400'],
      ['2025-09-15', '400'],
      ['2025-11-15', '200'],
    ]);
  });

  test('pays a part of the period in which the cliff falls', () => {
    const schedule: VestingSchedule = { type: 'graded', total_months: 12, cliff_months: 5, every_months: 3 };
    const events = vestingEvents({ quantity: '120', vestingStart: start }, schedule);
    expect(events.map(({ date, quantity, why }) => [date, quantity, why])).toEqual([
      ['2025-06-15', '50', 'cliff: 5 of 12 months accrued'],
      ['2025-07-15', '10', 'period 2 of 4'],
      ['2025-10-15', '30', 'period 3 of 4'],
      ['2026-01-15', '30', 'period 4 of 4'],
    ]);
  });

  test('counts from the anchor and clamps to the end of the month', () => {
    const events = vestingEvents(
      { quantity: '3', vestingStart: '2025-01-31' },
      { type: 'graded', total_months: 3 },
    );
    expect(events.map(({ date }) => date)).toEqual(['2025-02-28', '2025-03-31', '2025-04-30']);
    const late: Grant = { quantity: '3', vestingStart: '2025-01-31' };
    expect(vestedQuantity(late, { type: 'graded', total_months: 3 }, '2025-02-27')).toBe('0');
    expect(vestedQuantity(late, { type: 'graded', total_months: 3 }, '2025-02-28')).toBe('1');
  });

  test('has no event where nothing vests', () => {
    expect(
      vestingEvents({ quantity: '1', vestingStart: start }, { type: 'graded', total_months: 48 }),
    ).toEqual([
      { date: '2029-01-15', kind: 'VESTED', quantity: '1', cumulative: '1', why: 'period 48 of 48' },
    ]);
    expect(vestingEvents({ quantity: '0', vestingStart: start }, seedSchedule)).toEqual([]);
  });
});

test('a cliff schedule pays all at once', () => {
  const events = vestingEvents(
    { quantity: '10.5', vestingStart: start },
    { type: 'cliff', cliff_months: 12 },
  );
  expect(events).toEqual([
    {
      date: '2026-01-15',
      kind: 'VESTED',
      quantity: '10.5',
      cumulative: '10.5',
      why: 'cliff: 12 of 12 months accrued',
    },
  ]);
});

describe('tranches', () => {
  const schedule: VestingSchedule = {
    type: 'tranches',
    tranches: [
      { after_months: 0, percent: '10' },
      { after_months: 12, percent: '25' },
      { after_months: 24, percent: '32.5' },
      { after_months: 36, percent: '32.5' },
    ],
  };

  test('vest by their percentages', () => {
    expect(vestingEvents({ quantity: '101', vestingStart: start }, schedule)).toMatchObject([
      { date: '2025-01-15', quantity: '10', why: 'tranche 1 of 4: 10 %, rounded down' },
      { date: '2026-01-15', quantity: '25', why: 'tranche 2 of 4: 25 %, rounded down' },
      { date: '2027-01-15', quantity: '33', why: 'tranche 3 of 4: 32.5 %, rounded down' },
      { date: '2028-01-15', quantity: '33', cumulative: '101', why: 'tranche 4 of 4: 32.5 %' },
    ]);
    expect(vestedQuantity({ quantity: '101', vestingStart: start }, schedule, '2025-01-14')).toBe('0');
  });

  test.each<[AllocationType, string[]]>([
    ['FRONT_LOADED', ['11', '26', '32', '32']],
    ['BACK_LOADED', ['10', '25', '33', '33']],
    ['FRONT_LOADED_TO_SINGLE_TRANCHE', ['12', '25', '32', '32']],
    ['BACK_LOADED_TO_SINGLE_TRANCHE', ['10', '25', '32', '34']],
    ['CUMULATIVE_ROUNDING', ['10', '25', '33', '33']],
    ['FRACTIONAL', ['10.1', '25.25', '32.825', '32.825']],
  ])('%s places the remainder', (allocationType, expected) => {
    expect(quantities({ quantity: '101', vestingStart: start, allocationType }, schedule)).toEqual(expected);
  });

  test('before the grant date vest on it', () => {
    expect(whys({ quantity: '100', vestingStart: start, grantDate: '2026-02-01' }, schedule)).toEqual([
      'grant date: tranches 1 to 2 of 4: 35 %',
      'tranche 3 of 4: 32.5 %, rounded down',
      'tranche 4 of 4: 32.5 %',
    ]);
    expect(whys({ quantity: '100', vestingStart: start, grantDate: '2025-02-01' }, schedule)[0]).toBe(
      'grant date: tranche 1 of 4: 10 %',
    );
  });
});

describe('allocation', () => {
  const four: VestingSchedule = { type: 'graded', total_months: 4 };

  test('says where rounding went', () => {
    const eighteen = (allocationType: AllocationType) =>
      whys({ quantity: '18', vestingStart: start, allocationType }, four);
    expect(eighteen('CUMULATIVE_ROUNDING')).toEqual([
      'period 1 of 4, rounded up',
      'period 2 of 4',
      'period 3 of 4, rounded up',
      'period 4 of 4',
    ]);
    expect(eighteen('BACK_LOADED_TO_SINGLE_TRANCHE')).toEqual([
      'period 1 of 4, rounded down',
      'period 2 of 4, rounded down',
      'period 3 of 4, rounded down',
      'period 4 of 4, with 2 of the remainder',
    ]);
  });

  test('gives a cliff the sum of its periods', () => {
    const schedule: VestingSchedule = { type: 'graded', total_months: 4, cliff_months: 2 };
    const paid = (allocationType: AllocationType) =>
      quantities({ quantity: '18', vestingStart: start, allocationType }, schedule);
    expect(paid('FRONT_LOADED')).toEqual(['10', '4', '4']);
    expect(paid('BACK_LOADED')).toEqual(['8', '5', '5']);
    expect(paid('CUMULATIVE_ROUND_DOWN')).toEqual(['9', '4', '5']);
  });

  test('is in hundred-millionths when the grant is not whole or the type is FRACTIONAL', () => {
    const three: VestingSchedule = { type: 'graded', total_months: 3 };
    expect(quantities({ quantity: '10.5', vestingStart: start }, four)).toEqual([
      '2.625',
      '2.625',
      '2.625',
      '2.625',
    ]);
    expect(quantities({ quantity: '10', vestingStart: start, allocationType: 'FRACTIONAL' }, three)).toEqual([
      '3.33333333',
      '3.33333333',
      '3.33333334',
    ]);
    const largest = `${'9'.repeat(20)}.99999999`;
    expect(vestingEvents({ quantity: largest, vestingStart: start }, three).at(-1)?.cumulative).toBe(largest);
  });
});

describe('the grant date', () => {
  const grant: Grant = { quantity: '1000', vestingStart: start, grantDate: '2025-09-20' };

  test('is when what had accrued before it vests', () => {
    expect(vestingEvents(grant, seedSchedule).slice(0, 2)).toMatchObject([
      { date: '2025-09-20', quantity: '266', why: 'grant date: 8 of 30 months accrued, rounded down' },
      { date: '2025-10-15', quantity: '34', why: 'period 9 of 30' },
    ]);
    expect(vestedQuantity(grant, seedSchedule, '2025-09-19')).toBe('0');
    expect(vestedQuantity(grant, seedSchedule, '2025-09-20')).toBe('266');
  });

  test.each(['2025-01-15', '2025-07-14', '2025-07-15'])('on %s changes nothing', (grantDate) => {
    expect(vestingEvents({ ...seedGrant, grantDate }, seedSchedule)).toEqual(
      vestingEvents(seedGrant, seedSchedule),
    );
  });
});

describe('termination', () => {
  test('keeps what is vested on its date and forfeits the rest', () => {
    const events = vestingEvents(seedGrant, seedSchedule, { terminatedOn: '2025-08-15' });
    expect(events.slice(1)).toEqual([
      {
        date: '2025-08-15',
        kind: 'VESTED',
        quantity: '33',
        cumulative: '233',
        why: 'period 7 of 30, rounded down',
      },
      {
        date: '2025-08-15',
        kind: 'FORFEITED',
        quantity: '767',
        cumulative: '233',
        why: 'forfeited on termination',
      },
    ]);
    expect(vestedQuantity(seedGrant, seedSchedule, '2030-01-01', { terminatedOn: '2025-08-14' })).toBe('200');
  });

  test('before the cliff forfeits all, after the end nothing', () => {
    expect(quantities(seedGrant, seedSchedule, { terminatedOn: '2025-07-14' })).toEqual(['1000']);
    expect(vestedQuantity(seedGrant, seedSchedule, '2030-01-01', { terminatedOn: '2025-07-14' })).toBe('0');
    expect(whys(seedGrant, seedSchedule, { terminatedOn: '2027-07-15' }).at(-1)).toBe('period 30 of 30');
  });
});

describe('acceleration', () => {
  const grant: Grant = { quantity: '100', vestingStart: start };
  const four: VestingSchedule = { type: 'graded', total_months: 4 };
  const date = '2025-02-20';
  const some = (quantity: string, order: 'SOONEST_FIRST' | 'LAST_FIRST' | 'PRO_RATA'): GrantChanges => ({
    accelerations: [{ date, quantity, order }],
  });

  test('in full vests everything on its date', () => {
    const full: GrantChanges = { accelerations: [{ date, full: true }] };
    expect(vestingEvents(grant, four, full)).toMatchObject([
      { date: '2025-02-15', quantity: '25', kind: 'VESTED' },
      { date, quantity: '75', cumulative: '100', kind: 'ACCELERATED', why: 'acceleration, in full' },
    ]);
    expect(vestedQuantity(grant, four, '2025-02-19', full)).toBe('25');
    expect(vestedQuantity(grant, four, date, full)).toBe('100');
    expect(vestedQuantity(grant, four, '2025-02-14', full)).toBe('0');
  });

  test('takes its shares from later events in the order asked', () => {
    expect(quantities(grant, four, some('30', 'SOONEST_FIRST'))).toEqual(['25', '30', '20', '25']);
    expect(quantities(grant, four, some('30', 'LAST_FIRST'))).toEqual(['25', '30', '25', '20']);
    expect(quantities(grant, four, some('31', 'PRO_RATA'))).toEqual(['25', '31', '15', '15', '14']);
    expect(whys(grant, four, some('30', 'LAST_FIRST'))).toEqual([
      'period 1 of 4',
      'acceleration, last first',
      'period 2 of 4',
      'period 3 of 4, less 5 accelerated',
    ]);
  });

  test('of the day of a scheduled event comes after it', () => {
    const changes: GrantChanges = {
      accelerations: [{ date: '2025-03-15', quantity: '50', order: 'PRO_RATA' }],
    };
    expect(quantities(grant, four, changes)).toEqual(['25', '25', '50']);
  });

  test('several apply by date, each to what is left', () => {
    const changes: GrantChanges = {
      accelerations: [
        { date: '2025-03-20', quantity: '20', order: 'SOONEST_FIRST' },
        { date, quantity: '30', order: 'LAST_FIRST' },
      ],
    };
    expect(vestingEvents(grant, four, changes).map((event) => [event.date, event.quantity])).toEqual([
      ['2025-02-15', '25'],
      ['2025-02-20', '30'],
      ['2025-03-15', '25'],
      ['2025-03-20', '20'],
    ]);
  });

  test('on the day of termination comes before the forfeiture', () => {
    const changes = { ...some('30', 'SOONEST_FIRST'), terminatedOn: date };
    expect(vestingEvents(grant, four, changes)).toMatchObject([
      { quantity: '25' },
      { quantity: '30', kind: 'ACCELERATED' },
      { quantity: '45', kind: 'FORFEITED', cumulative: '55' },
    ]);
  });

  const refused = (changes: GrantChanges, of: Grant = grant) => {
    try {
      vestedQuantity(of, four, '2025-01-15', changes);
    } catch (error) {
      return error as DomainError;
    }
    throw new Error('was accepted');
  };

  test('of more than is unvested is refused', () => {
    expect(quantities(grant, four, some('75', 'PRO_RATA'))).toEqual(['25', '75']);
    const error = refused(some('76', 'PRO_RATA'));
    expect(error).toBeInstanceOf(DomainError);
    expect(error.slug).toBe('validation-failed');
    expect(error.errors).toEqual([
      {
        pointer: '/quantity',
        code: 'more-than-unvested',
        message: 'must be at most the 75 unvested on 2025-02-20',
      },
    ]);
  });

  test('after termination is refused, in full is nothing', () => {
    const error = refused({ ...some('1', 'LAST_FIRST'), terminatedOn: '2025-02-19' });
    expect(error.errors?.[0]?.code).toBe('more-than-unvested');
    const full: Acceleration = { date, full: true };
    expect(quantities(grant, four, { accelerations: [full], terminatedOn: '2025-02-19' })).toEqual([
      '25',
      '75',
    ]);
  });

  test('is in whole shares where vesting is, and not before the grant', () => {
    expect(refused(some('1.5', 'LAST_FIRST')).errors?.[0]?.code).toBe('not-whole');
    expect(quantities({ ...grant, allocationType: 'FRACTIONAL' }, four, some('1.5', 'LAST_FIRST'))).toEqual([
      '25',
      '1.5',
      '25',
      '25',
      '23.5',
    ]);
    expect(refused(some('1', 'LAST_FIRST'), { ...grant, grantDate: '2025-02-21' }).errors?.[0]?.code).toBe(
      'before-grant',
    );
  });
});

describe('the vested part of money', () => {
  const start2 = '2025-01-31';

  test('is an exact fraction in lowest terms', () => {
    expect(vestedFraction(seedSchedule, '2025-07-14', start)).toEqual({ numerator: 0n, denominator: 1n });
    expect(vestedFraction(seedSchedule, '2025-07-15', start)).toEqual({ numerator: 1n, denominator: 5n });
    expect(vestedFraction(seedSchedule, '2025-08-15', start)).toEqual({ numerator: 7n, denominator: 30n });
    expect(vestedFraction(seedSchedule, '2099-01-01', start)).toEqual({ numerator: 1n, denominator: 1n });
    const tranches: VestingSchedule = {
      type: 'tranches',
      tranches: [
        { after_months: 1, percent: '12.5' },
        { after_months: 2, percent: '87.5' },
      ],
    };
    expect(vestedFraction(tranches, '2025-02-28', start2)).toEqual({ numerator: 1n, denominator: 8n });
  });

  test('is rounded down to the minor unit', () => {
    expect(vestedMinor(100n, { numerator: 7n, denominator: 30n })).toBe(23n);
    expect(vestedMinor(-100n, { numerator: 7n, denominator: 30n })).toBe(-24n);
    expect(vestedMinor(10n ** 20n, { numerator: 1n, denominator: 1n })).toBe(10n ** 20n);
  });
});

test.each(['', 'NaN', '-1', '+1', '1e3', '0x10', '1_000', '٣', '1.123456789', ' 1'])(
  'a quantity of %j is refused',
  (quantity) => {
    expect(() => vestedQuantity({ quantity, vestingStart: start }, seedSchedule, start)).toThrow(RangeError);
  },
);

describe('parts and days that percents and months can’t say', () => {
  const start = '2025-01-15';
  const quantities = (quantity: string, schedule: VestingSchedule) =>
    vestingEvents({ quantity, vestingStart: start }, schedule).map((event) => [event.date, event.quantity]);

  test('30,000 in thirds is 10,000 each', () => {
    const third = (after_months: number) => ({ after_months, fraction: '1/3' });
    const thirds: VestingSchedule = { type: 'tranches', tranches: [third(12), third(24), third(36)] };
    expect(quantities('30000', thirds)).toEqual([
      ['2026-01-15', '10000'],
      ['2027-01-15', '10000'],
      ['2028-01-15', '10000'],
    ]);
    const late = { quantity: '30000', vestingStart: start, grantDate: '2027-02-01' };
    expect(vestingEvents(late, thirds)[0]?.why).toBe('grant date: tranches 1 to 2 of 3: 2/3');
  });

  test('a cliff of 20 % leaves 80 % to the periods after it', () => {
    const events = quantities('1000', {
      ...{ type: 'graded', cliff_months: 12, total_months: 48, every_months: 12, cliff_portion: '1/5' },
    });
    expect(events).toEqual([
      ['2026-01-15', '200'],
      ['2027-01-15', '266'],
      ['2028-01-15', '267'],
      ['2029-01-15', '267'],
    ]);
  });

  test('vesting on the 1st, and on the last day of the month, the cliff’s too', () => {
    const quarters = { type: 'graded', cliff_months: 1, total_months: 4 } as const;
    expect(quantities('400', { ...quarters, day_of_month: 1 }).map(([date]) => date)).toEqual([
      ...['2025-02-01', '2025-03-01', '2025-04-01', '2025-05-01'],
    ]);
    expect(quantities('400', { ...quarters, day_of_month: 31 }).map(([date]) => date)).toEqual([
      ...['2025-02-28', '2025-03-31', '2025-04-30', '2025-05-31'],
    ]);
    const by = { ...quarters, day_of_month: 1 };
    expect(vestedQuantity({ quantity: '400', vestingStart: start }, by, '2025-02-01')).toBe('100');
    expect(vestedFraction(by, '2025-01-31', start)).toEqual({ numerator: 0n, denominator: 1n });
  });
});

describe('an event besides time', () => {
  const schedule: VestingSchedule = { ...seedSchedule, condition: { type: 'event', event: 'IPO' } };
  const accelerated = [{ date: '2025-07-15', quantity: '100', order: 'LAST_FIRST' }] as const;
  const left = { terminatedOn: '2025-08-15' };

  const cases: [string, GrantChanges, asOf: string, vested: string, awaiting: string, forfeited: string][] = [
    ['has not happened', {}, '2025-08-15', '0', '233', '0'],
    ['has not happened, long after all is vested by time', {}, '2099-01-01', '0', '1000', '0'],
    ['happens tomorrow', { eventOn: '2025-09-01' }, '2025-08-31', '0', '233', '0'],
    ['happens today', { eventOn: '2025-09-01' }, '2025-09-01', '233', '0', '0'],
    ['has happened: time goes on', { eventOn: '2025-09-01' }, '2025-09-15', '266', '0', '0'],
    ['happens on a day of the schedule', { eventOn: '2025-08-15' }, '2025-08-15', '233', '0', '0'],
    ['happened before the cliff', { eventOn: '2025-03-01' }, '2025-07-14', '0', '0', '0'],
    ['happened before the cliff, which has come', { eventOn: '2025-03-01' }, '2025-07-15', '200', '0', '0'],
    ['happened before the grant', { eventOn: '2020-01-01' }, '2025-08-15', '233', '0', '0'],
    ['has not happened when the employee leaves', left, '2025-08-15', '0', '233', '767'],
    ['has not happened long after the employee left', left, '2030-01-01', '0', '233', '767'],
    ['happens after the employee left', { ...left, eventOn: '2026-01-01' }, '2026-01-01', '233', '0', '767'],
    [
      'comes tomorrow, the employee left',
      { ...left, eventOn: '2026-01-01' },
      '2025-12-31',
      '0',
      '233',
      '767',
    ],
    ['happens on the last day', { ...left, eventOn: '2025-08-15' }, '2025-08-15', '233', '0', '767'],
    ['doesn’t help before the cliff', { terminatedOn: '2025-07-14' }, '2030-01-01', '0', '0', '1000'],
    ['waits for by accelerated shares too', { accelerations: accelerated }, '2025-07-15', '0', '300', '0'],
    [
      'vests accelerated shares too',
      { accelerations: accelerated, eventOn: '2025-07-20' },
      ...(['2025-07-20', '300', '0', '0'] as const),
    ],
    [
      'is not waived by a full acceleration',
      { accelerations: [{ date: '2025-02-01', full: true }] },
      ...(['2025-02-01', '0', '1000', '0'] as const),
    ],
  ];

  test.each(cases)('that %s', (_, changes, asOf, vested, awaiting, forfeited) => {
    expect(vestedQuantity(seedGrant, schedule, asOf, changes)).toBe(vested);
    expect(awaitingQuantity(seedGrant, schedule, asOf, changes)).toBe(awaiting);
    const events = vestingEvents(seedGrant, schedule, changes);
    const by = (date: string) => date <= asOf;
    const sum = (kind: string) =>
      events.reduce(
        (total, one) => total + (one.kind === kind && by(one.date) ? Number(one.quantity) : 0),
        0,
      );
    expect(events.findLast(({ date }) => by(date))?.cumulative ?? '0').toBe(vested);
    expect(sum('FORFEITED')).toBe(Number(forfeited));
    expect(sum('AWAITING')).toBe(changes.eventOn === undefined ? Number(awaiting) : 0);
    expect(events.reduce((total, { quantity }) => total + Number(quantity), 0)).toBe(1000);
  });

  test('says what waits, and what it vests', () => {
    expect(vestingEvents(seedGrant, schedule)[0]).toEqual({
      ...{ date: '2025-07-15', kind: 'AWAITING', quantity: '200', cumulative: '0' },
      why: 'cliff: 6 of 30 months accrued, awaiting IPO',
    });
    const [first, second] = vestingEvents(seedGrant, schedule, { eventOn: '2025-08-20' });
    expect(first).toEqual({
      ...{ date: '2025-08-20', kind: 'VESTED', quantity: '233', cumulative: '233' },
      why: 'IPO: all that time had vested',
    });
    expect(second).toMatchObject({ date: '2025-09-15', why: 'period 8 of 30, rounded down' });
  });
});
