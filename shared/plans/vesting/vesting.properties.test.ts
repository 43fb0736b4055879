import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, addMonths, dayOf } from '#kernel/calendar.ts';
import { quantityOf, UNITS_PER_SHARE, unitsOf } from '#kernel/quantity.ts';
import type { Acceleration, GrantChanges } from './grant-changes.ts';
import {
  awaitingQuantity,
  type Grant,
  vestedFraction,
  vestedMinor,
  vestedQuantity,
  vestingEvents,
} from './vesting.ts';
import { vestingDay } from './vesting-days.ts';
import { AllocationType, type VestingSchedule } from './vesting-schedule.ts';

const day = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2032-12-31'), noInvalidDate: true })
  .map((date) => dayOf(date));

const graded: fc.Arbitrary<VestingSchedule> = fc
  .record({
    total_months: fc.oneof(fc.integer({ min: 1, max: 72 }), fc.integer({ min: 1, max: 600 })),
    cliff: fc.nat(),
    every: fc.nat(),
    portion: fc.tuple(fc.integer({ min: 1, max: 9_998 }), fc.integer({ min: 1, max: 9_998 })),
    hasPortion: fc.boolean(),
  })
  .map(({ total_months, cliff, every, portion: [part, rest], hasPortion }) => {
    const cliff_months = cliff % (total_months + 1);
    const isInside = cliff_months > 0 && cliff_months < total_months;
    return {
      type: 'graded',
      total_months,
      cliff_months,
      every_months: (every % Math.min(total_months, 13)) + 1,
      ...(hasPortion && isInside ? { cliff_portion: `${part}/${Math.min(part + rest, 9_999)}` } : {}),
    };
  });

/** Equal parts, which no percent can say, and one part written as a percent. */
const fractions: fc.Arbitrary<VestingSchedule> = fc.integer({ min: 1, max: 119 }).map((count) => ({
  type: 'tranches',
  tranches: [
    ...Array.from({ length: count }, (_, index) => ({ after_months: index, fraction: `1/${2 * count}` })),
    { after_months: count, percent: '50' },
  ],
}));

/** Cuts of the 100 % at hundred-millionths, so that percentages are as uneven as they can be. */
const tranches: fc.Arbitrary<VestingSchedule> = fc
  .uniqueArray(fc.bigInt({ min: 1n, max: 100n * UNITS_PER_SHARE - 1n }), { maxLength: 11 })
  .chain((cuts) => {
    const bounds = [0n, ...cuts.sort((a, b) => (a < b ? -1 : 1)), 100n * UNITS_PER_SHARE];
    const percents = bounds.slice(1).map((bound, index) => quantityOf(bound - (bounds[index] ?? 0n)));
    return fc
      .uniqueArray(fc.integer({ min: 0, max: 72 }), {
        minLength: percents.length,
        maxLength: percents.length,
      })
      .map((months) => ({
        type: 'tranches' as const,
        tranches: months
          .sort((a, b) => a - b)
          .map((after_months, index) => ({ after_months, percent: percents[index] as string })),
      }));
  });

const anyDay = fc.oneof(
  { weight: 4, arbitrary: graded },
  { weight: 2, arbitrary: tranches },
  fractions,
  fc.integer({ min: 1, max: 60 }).map((cliff_months): VestingSchedule => ({ type: 'cliff', cliff_months })),
);
const schedule = fc
  .tuple(anyDay, fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined }))
  .map(([by, day_of_month]): VestingSchedule => (day_of_month === undefined ? by : { ...by, day_of_month }));

const quantity = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 19n }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 27n }).map(quantityOf),
);

const grant: fc.Arbitrary<Grant> = fc.record(
  {
    quantity,
    vestingStart: day,
    grantDate: day,
    allocationType: fc.constantFrom(...AllocationType.options),
  },
  { requiredKeys: ['quantity', 'vestingStart'] },
);

const vested = (...call: Parameters<typeof vestedQuantity>) => unitsOf(vestedQuantity(...call));
const sum = (events: readonly { quantity: string }[]) =>
  events.reduce((total, event) => total + unitsOf(event.quantity), 0n);

test('0 ≤ vested ≤ granted, and vested never decreases', () => {
  fc.assert(
    fc.property(grant, schedule, day, day, (of, by, one, other) => {
      const [early, late] = one < other ? [one, other] : [other, one];
      const before = vested(of, by, early);
      const after = vested(of, by, late);
      expect(before >= 0n && before <= after && after <= unitsOf(of.quantity)).toBe(true);
    }),
  );
});

test('0 on the day before the cliff, exactly granted at the end', () => {
  fc.assert(
    fc.property(grant, schedule, (of, by) => {
      const [first, last] = firstAndLastMonth(by);
      const dayAt = (months: number) => vestingDay(of.vestingStart, months, by.day_of_month);
      const end = dayAt(last);
      expect(vested(of, by, dayBefore(dayAt(first)))).toBe(0n);
      expect(vestedQuantity(of, by, later(end, of.grantDate))).toBe(quantityOf(unitsOf(of.quantity)));
    }),
  );
});

test('events rise in date, sum to the grant and agree with vestedQuantity on every day they name', () => {
  fc.assert(
    fc.property(grant, schedule, (of, by) => {
      const events = vestingEvents(of, by);
      expect(sum(events)).toBe(unitsOf(of.quantity));
      for (const [index, event] of events.entries()) {
        expect(event.quantity).not.toBe('0');
        expect(event.date > (events[index - 1]?.date ?? '')).toBe(true);
        expect(vestedQuantity(of, by, event.date)).toBe(event.cumulative);
        expect(vestedQuantity(of, by, dayBefore(event.date))).toBe(events[index - 1]?.cumulative ?? '0');
      }
    }),
  );
});

test('whole grants vest in whole shares unless fractional', () => {
  const whole = fc.integer({ min: 0, max: 100_000 }).map(String);
  fc.assert(
    fc.property(grant, whole, schedule, day, (of, quantity, by, asOf) => {
      fc.pre(of.allocationType !== 'FRACTIONAL');
      expect(vestedQuantity({ ...of, quantity }, by, asOf)).toMatch(/^\d+$/);
    }),
  );
});

test('every allocation is less than a share a period from the exact part', () => {
  fc.assert(
    fc.property(grant, graded, day, (of, by, asOf) => {
      const alone: Grant = { ...of, grantDate: undefined };
      const { numerator, denominator } = vestedFraction(by, asOf, of.vestingStart);
      const difference = vested(alone, by, asOf) * denominator - unitsOf(of.quantity) * numerator;
      const periods = BigInt(firstAndLastMonth(by)[1] + 1);
      expect(difference < periods * UNITS_PER_SHARE * denominator).toBe(true);
      expect(-difference < periods * UNITS_PER_SHARE * denominator).toBe(true);
    }),
  );
});

test('rounding down agrees with a search through the days on which a graded schedule pays', () => {
  fc.assert(
    fc.property(quantity, day, graded, day, (quantity, vestingStart, by, asOf) => {
      fc.pre(by.type === 'graded');
      const { total_months, cliff_months = 0, every_months = 1 } = by;
      let accrued = 0;
      for (let month = 1; month <= total_months; month += 1) {
        const pays = month % every_months === 0 || month === cliff_months || month === total_months;
        if (pays && month >= cliff_months && addMonths(vestingStart, month) <= asOf) accrued = month;
      }
      const step = unitsOf(quantity) % UNITS_PER_SHARE === 0n ? UNITS_PER_SHARE : 1n;
      // The cliff's portion, and its part of the rest for each month after it; or a part for each month.
      const [part, whole] = (by.cliff_portion ?? '0/1').split('/').map(BigInt) as [bigint, bigint];
      const from = by.cliff_portion === undefined ? 0 : cliff_months;
      const total = whole * BigInt(total_months - from);
      const due =
        accrued === 0 ? 0n : part * BigInt(total_months - from) + (whole - part) * BigInt(accrued - from);
      const steps = ((unitsOf(quantity) / step) * due) / total;
      expect(vested({ quantity, vestingStart }, by, asOf)).toBe(steps * step);
      const { numerator, denominator } = vestedFraction(by, asOf, vestingStart);
      expect(numerator * total).toBe(due * denominator);
    }),
  );
});

test('month by month is one catch-up', () => {
  fc.assert(
    fc.property(grant, schedule, fc.integer({ min: 0, max: 90 }), (of, by, months) => {
      let balance = 0n;
      for (let month = 0; month <= months; month += 1) {
        const asOf = addMonths('2020-01-01', month);
        balance += vested(of, by, asOf) - balance;
        expect(balance).toBe(sum(vestingEvents(of, by).filter(({ date }) => date <= asOf)));
      }
      expect(vested(of, by, addMonths('2020-01-01', months))).toBe(balance);
    }),
    { numRuns: 30 },
  );
});

test('termination: vested and forfeited make the grant, and vesting goes as before until then', () => {
  fc.assert(
    fc.property(grant, schedule, day, day, (of, by, terminatedOn, asOf) => {
      const events = vestingEvents(of, by, { terminatedOn });
      const kept = events.filter(({ kind }) => kind === 'VESTED');
      expect(sum(events)).toBe(unitsOf(of.quantity));
      expect(sum(kept)).toBe(vested(of, by, terminatedOn));
      const [reached = asOf] = [asOf, terminatedOn].sort();
      expect(vestedQuantity(of, by, asOf, { terminatedOn })).toBe(vestedQuantity(of, by, reached));
    }),
  );
});

test('an event: nothing vests before it, what time has vested waits, and from then on time alone decides', () => {
  const end = fc.option(day, { nil: undefined });
  fc.assert(
    fc.property(grant, schedule, day, end, day, (of, by, eventOn, terminatedOn, asOf) => {
      const waiting: VestingSchedule = { ...by, condition: { type: 'event', event: 'IPO' } };
      const changes = { terminatedOn, eventOn };
      const byTime = vestedQuantity(of, by, asOf, { terminatedOn });
      const state = [vestedQuantity, awaitingQuantity].map((ask) => ask(of, waiting, asOf, changes));
      expect(state).toEqual(asOf < eventOn ? ['0', byTime] : [byTime, '0']);
      expect(awaitingQuantity(of, waiting, asOf, { terminatedOn })).toBe(byTime);
      const events = vestingEvents(of, waiting, changes);
      expect(sum(events)).toBe(unitsOf(of.quantity));
      for (const [index, event] of events.entries()) {
        expect(event.date >= (events[index - 1]?.date ?? '')).toBe(true);
        expect(vestedQuantity(of, waiting, event.date, changes)).toBe(event.cumulative);
        expect(event.kind === 'VESTED' ? event.date >= eventOn : event.kind === 'FORFEITED').toBe(true);
      }
      const unmet = vestingEvents(of, waiting, { terminatedOn });
      expect(sum(unmet)).toBe(unitsOf(of.quantity));
      expect(unmet.some(({ kind, cumulative }) => kind === 'VESTED' || cumulative !== '0')).toBe(false);
    }),
  );
});

/** An acceleration that is possible: a part, in steps, of what is unvested on its date. */
const changed = fc
  .record({
    of: grant,
    by: schedule,
    date: day,
    order: fc.constantFrom('SOONEST_FIRST', 'LAST_FIRST', 'PRO_RATA'),
    part: fc.bigInt({ min: 0n, max: 1000n }),
  })
  .map(({ of, by, date, order, part }) => {
    const step = of.allocationType !== 'FRACTIONAL' && unitsOf(of.quantity) % UNITS_PER_SHARE === 0n;
    const unitsPerStep = step ? UNITS_PER_SHARE : 1n;
    const on = later(date, of.grantDate);
    const unvested = unitsOf(of.quantity) - vested(of, by, on);
    const units = ((unvested / unitsPerStep) * part) / 1000n;
    const acceleration = { date: on, quantity: quantityOf(units * unitsPerStep), order } as const;
    return { of, by, acceleration, unvested, unitsPerStep };
  });

test('acceleration conserves the total, vests its shares at once and never makes anything vest later', () => {
  fc.assert(
    fc.property(changed, day, ({ of, by, acceleration }, asOf) => {
      const changes: GrantChanges = { accelerations: [acceleration] };
      const events = vestingEvents(of, by, changes);
      expect(sum(events)).toBe(unitsOf(of.quantity));
      expect(vested(of, by, acceleration.date, changes)).toBe(
        vested(of, by, acceleration.date) + unitsOf(acceleration.quantity),
      );
      expect(vested(of, by, asOf, changes) >= vested(of, by, asOf)).toBe(true);
      expect(vested(of, by, asOf, changes) <= unitsOf(of.quantity)).toBe(true);
      if (asOf < acceleration.date) {
        expect(vested(of, by, asOf, changes)).toBe(vested(of, by, asOf));
      }
    }),
  );
});

test('one step more than is unvested is refused', () => {
  fc.assert(
    fc.property(changed, ({ of, by, acceleration, unvested, unitsPerStep }) => {
      const tooMuch: Acceleration = { ...acceleration, quantity: quantityOf(unvested + unitsPerStep) };
      expect(() => vestingEvents(of, by, { accelerations: [tooMuch] })).toThrow('must be at most');
    }),
  );
});

test('accelerations and a termination together make the grant', () => {
  fc.assert(
    fc.property(changed, day, day, ({ of, by, acceleration }, full, end) => {
      const terminatedOn = later(end, acceleration.date);
      const fullDate = later(full, of.grantDate);
      const accelerations: Acceleration[] = [acceleration];
      if (fullDate > acceleration.date) accelerations.unshift({ date: fullDate, full: true });
      const events = vestingEvents(of, by, { terminatedOn, accelerations });
      expect(sum(events)).toBe(unitsOf(of.quantity));
      expect(events.toSorted((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)))).toEqual(events);
      expect(events.every((event) => event.kind !== 'FORFEITED' || event.date === terminatedOn)).toBe(true);
    }),
  );
});

test('money: the vested part never decreases and is all of it at the end', () => {
  fc.assert(
    fc.property(
      schedule,
      day,
      day,
      day,
      fc.bigInt({ min: 0n, max: 10n ** 15n }),
      (by, from, one, other, minor) => {
        const [early, late] = one < other ? [one, other] : [other, one];
        const part = (asOf: string) => vestedMinor(minor, vestedFraction(by, asOf, from));
        expect(part(early) >= 0n && part(early) <= part(late) && part(late) <= minor).toBe(true);
        expect(part(vestingDay(from, firstAndLastMonth(by)[1], by.day_of_month))).toBe(minor);
      },
    ),
  );
});

function firstAndLastMonth(by: VestingSchedule): [number, number] {
  if (by.type === 'cliff') return [by.cliff_months, by.cliff_months];
  if (by.type === 'tranches') {
    return [by.tranches[0]?.after_months ?? 0, by.tranches.at(-1)?.after_months ?? 0];
  }
  const { total_months, cliff_months = 0, every_months = 1 } = by;
  return [cliff_months || Math.min(every_months, total_months), total_months];
}

function dayBefore(date: string): string {
  return addDays(date, -1);
}

function later(date: string, other: string | undefined): string {
  return other !== undefined && other > date ? other : date;
}
