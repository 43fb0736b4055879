import { createHash } from 'node:crypto';
import type { Day } from '#kernel/calendar.ts';
import {
  type Behaviour,
  behaviourOf,
  isForEver,
  isSilent,
  reversalBehaviourOf,
} from '#payments/mock-bank/behaviour.ts';
import type { AchEntry, AchFile, AchFileBatch } from '#payments/nacha/ach-file.ts';
import { DEVIATIONS } from '#payments/nacha/bank-deviations.sample.ts';
import { easternTime } from '#payments/nacha/eastern-time.ts';
import { addBankingDays, nextBankingDay } from '#payments/nacha/federal-reserve-holidays.ts';
import type { SecCode } from '#payments/nacha/nacha-payments.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { OFFSET_REFERENCE } from '#payments/nacha/offset-reference.ts';
import { type SampleAnswer, type SampleBank, sampleReturnFile } from '#payments/nacha/return-file.sample.ts';
import { routingCheckDigit } from '#payments/nacha/routing-number.ts';
import { accountTypeOf, isCreditCode } from '#payments/nacha/transaction-codes.ts';

/** A file that the bank brings in answer to one of ours. */
export interface Answer {
  /** The name under which it lies in the tenant's inbound folder. */
  readonly name: string;
  readonly due: Date;
  readonly text: string;
  /** Its content in a few words, for those who watch. */
  readonly says: string;
}

/** A file of ours at the bank. */
export interface Received {
  /** Whether the bank fetches it at all. */
  readonly isFetched: boolean;
  readonly entries: number;
  readonly totalMinor: bigint;
  /** Sorted by when they are due. */
  readonly answers: readonly Answer[];
}

const BANK_NAME = 'LOCAL BANK';
/** A bank passes returns on in the morning, Eastern time. */
const MORNING = '08:30';
/** Returns and corrections come on the banking day after settlement, in time. */
const ANSWERED_AFTER_BANKING_DAYS = 1;
/** A return that comes after we have taken silence for a settlement: later than the rules allow, as some are. */
const LATE_AFTER_BANKING_DAYS = 5;

/** A payment of a file, and what the bank does with it. */
interface Payment {
  readonly batch: AchFileBatch;
  readonly entry: AchEntry;
  readonly behaviour: Behaviour;
}

/**
 * Decides what the bank answers to a file of ours, and when, from nothing but the file: by the account numbers in it, as the mock bank
 * does by HTTP (docs/mock-bank.md). The same file always has the same answers.
 */
export function answersTo(name: string, text: string): Received {
  const sha256 = createHash('sha256').update(text).digest('hex');
  let file: AchFile;
  try {
    file = readNachaFile(text);
  } catch (error) {
    const due = new Date(0);
    const rejection = {
      name: `${name}.rej`,
      due,
      text: `${sha256} ${(error as Error).message}\n`,
      says: 'rejects it',
    };
    return { isFetched: true, entries: 0, totalMinor: 0n, answers: [rejection] };
  }
  const payments = paymentsOf(file);
  const received = {
    isFetched: !payments.some(({ behaviour }) => isForEver(behaviour)),
    entries: payments.length,
    totalMinor: file.totals.creditMinor,
  };
  if (!received.isFetched || payments.some(({ behaviour }) => isSilent(behaviour)))
    return { ...received, answers: [] };
  const madeOn = file.createdOn ?? ('1970-01-01' as Day);
  const made = inNewYork(madeOn, `${file.createdAtTime.slice(0, 2)}:${file.createdAtTime.slice(2)}`);
  if (payments.some(({ behaviour }) => behaviour.rejectsFile === true)) {
    const rejection = `${sha256} The originator is not authorised.\n`;
    return {
      ...received,
      answers: [{ name: `${name}.rej`, due: made, text: rejection, says: 'rejects it' }],
    };
  }
  const isLate = payments.some(({ behaviour }) => behaviour.outage !== undefined);
  const acknowledged = isLate ? inNewYork(nextBankingDay(madeOn), MORNING) : made;
  const acknowledgement = {
    name: `${name}.ack`,
    due: acknowledged,
    text: `${sha256}\n`,
    says: 'acknowledges it',
  };
  return {
    ...received,
    answers: [acknowledgement, ...returnFiles(name, text, payments, acknowledged)],
  };
}

function paymentsOf({ batches }: AchFile): Payment[] {
  return batches.flatMap((batch) =>
    batch.entries
      .filter(({ individualId }) => individualId !== OFFSET_REFERENCE)
      .map((entry) => ({ batch, entry, behaviour: behaviourTo(entry) })),
  );
}

/** A prenote moves no money that could come back late. */
function behaviourTo({ accountNumber, transactionCode, amountMinor }: AchEntry): Behaviour {
  if (!isCreditCode(transactionCode)) return reversalBehaviourOf(accountNumber);
  const behaviour = behaviourOf(accountNumber);
  const { returns: _, ...settles } = behaviour;
  return amountMinor === 0n && behaviour.settlesAfter !== undefined ? settles : behaviour;
}

/** A file for each morning on which the bank has something to say, and one for each way in which it deviates. */
function returnFiles(name: string, text: string, payments: readonly Payment[], acknowledged: Date): Answer[] {
  const said = payments.flatMap((payment) => answersOf(payment));
  const files = Map.groupBy(
    said,
    ({ day, deviation }) => `${day}${deviation === undefined ? '' : `-${deviation}`}`,
  );
  return [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([suffix, group]): Answer => {
      const [{ day, deviation, payment }] = group as [Said];
      const answers = group.map(({ answer }) => answer);
      const lines = sampleReturnFile(answers, bankOf(payment.batch, day)).trimEnd().split('\n');
      const morning = inNewYork(day, MORNING);
      return {
        name: `${name}.returns-${suffix}.ach`,
        due: morning < acknowledged ? acknowledged : morning,
        text: deviating(lines, text, deviation),
        says: countsOf(answers) + (deviation === undefined ? '' : `, with ${wayOf(deviation)[0]}`),
      };
    });
}

interface Said {
  readonly day: Day;
  readonly deviation: number | undefined;
  readonly answer: SampleAnswer;
  readonly payment: Payment;
}

function answersOf(payment: Payment): Said[] {
  const { batch, entry, behaviour } = payment;
  const { settlesAfter, returns, rejects, corrects, deviation } = behaviour;
  const settles = batch.effectiveEntryDate ?? ('1970-01-01' as Day);
  const soon = addBankingDays(settles, ANSWERED_AFTER_BANKING_DAYS);
  const isDebit = !isCreditCode(entry.transactionCode);
  const answered = {
    entry: { traceNumber: entry.traceNumber, reference: entry.individualId },
    isDebit,
    isSavings: accountTypeOf(entry.transactionCode) === 'savings',
    secCode: batch.secCode as SecCode,
    rdfi: entry.routingNumber.slice(0, 8),
    accountNumber: entry.accountNumber,
    receiverName: entry.receiverName,
  };
  const said: Said[] = [];
  if (corrects !== undefined)
    said.push({
      ...{ payment, day: soon, deviation: undefined },
      answer: { ...answered, code: corrects.code, correctedData: corrects.data },
    });
  const code = returns?.code ?? rejects;
  if (code !== undefined)
    said.push({
      payment,
      day: settlesAfter === undefined ? soon : addBankingDays(settles, LATE_AFTER_BANKING_DAYS),
      deviation,
      answer: { ...answered, code, amountMinor: entry.amountMinor },
    });
  return said;
}

function bankOf({ odfiIdentification, companyId, companyName }: AchFileBatch, day: Day): SampleBank {
  return {
    routingNumber: odfiIdentification + routingCheckDigit(odfiIdentification),
    name: BANK_NAME,
    ...{ companyId, companyName, day },
  };
}

/** Returns the name of a way to deviate, and the way; numbers beyond the last begin anew. */
function wayOf(deviation: number) {
  const ways = Object.entries(DEVIATIONS);
  return ways[deviation % ways.length] as (typeof ways)[number];
}

/** Writes lines as the bank does: as it wants ours, unless a number asks it to deviate. */
function deviating(lines: readonly string[], ours: string, deviation: number | undefined): string {
  if (deviation !== undefined) return wayOf(deviation)[1](lines);
  const isPadded = /\n9{94}\r?\n/.test(ours);
  const end = ours.includes('\r\n') ? '\r\n' : '\n';
  return (isPadded ? lines : lines.filter((line) => !/^9+$/.test(line))).map((line) => line + end).join('');
}

function countsOf(answers: readonly SampleAnswer[]): string {
  const counts = Map.groupBy(answers, ({ code }) => code);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, group]) => `${group.length} × ${code}`)
    .join(', ');
}

/** Returns the instant of a day and an hour in New York. */
function inNewYork(day: Day, time: string): Date {
  const [summer, winter] = ['-04:00', '-05:00'].map((offset) => new Date(`${day}T${time}:00${offset}`)) as [
    Date,
    Date,
  ];
  const { minuteOfDay } = easternTime(summer.toISOString());
  return minuteOfDay === Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) ? summer : winter;
}
