import type { Day } from '#kernel/calendar.ts';
import type { Instruction } from '#payments/execution/payment-instruction.ts';
import { MAX_TOTAL_MINOR, writeNachaFile } from '#payments/nacha/nacha-file.ts';
import type {
  AchBatch,
  AchOffset,
  AchPayment,
  SecCode,
  WrittenAchFile,
} from '#payments/nacha/nacha-payments.ts';
import { type Profile, styleOf } from '#payments/settings/bank-profile.ts';
import type { Originator } from '#payments/settings/payment-settings.repository.ts';
import type { EntryTimes } from './entry-times.ts';

/** A payment with where and when it goes into a file. */
export interface PlannedEntry {
  /** The id of the payment, or of the prenote. */
  readonly id: string;
  readonly isPrenote: boolean;
  readonly instruction: Instruction;
  readonly secCode: SecCode;
  readonly effectiveEntryDate: Day;
  readonly descriptiveDate: string | null;
  /** The receiver reads this. */
  readonly entryDescription: string;
}

/** Receivers read these, by what a payment is for; there is room for ten characters. */
const DESCRIPTIONS = {
  dividend: 'DIVIDEND',
  plan: 'DISTRIB',
  other: 'PAYMENT',
  prenote: 'PRENOTE',
} as const;
export type Purpose = keyof typeof DESCRIPTIONS;
/** Nacha’s word for entries that take back what others have paid. */
const REVERSAL_DESCRIPTION = 'REVERSAL';
const MODIFIERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** The number of files that a day can have: the file id modifier distinguishes them. */
export const MAX_FILES_A_DAY = MODIFIERS.length;

export function modifierOf(filesBefore: number): string {
  return MODIFIERS.charAt(filesBefore);
}

/** Returns the first of the payments, as many as come to no more than the control record of a file can say. The others go into the next one. */
export function fittingOneFile<T extends { readonly amount: bigint }>(payments: readonly T[]): T[] {
  let total = 0n;
  const last = payments.findIndex(({ amount }) => {
    total += amount;
    return total > MAX_TOTAL_MINOR;
  });
  return payments.slice(0, last === -1 ? payments.length : last);
}

/** The circumstances that decide, beside its instruction, when and how an entry goes. */
export interface Circumstances {
  readonly profile: Profile;
  readonly times: EntryTimes;
  readonly purpose: Purpose;
}

/** When a payment takes effect: as soon as its bank can, and not before the day that its dividend names. */
export function planEntry(
  id: string,
  instruction: Instruction,
  { profile, times, purpose }: Circumstances,
): PlannedEntry {
  const soonest = times.soonest(BigInt(instruction.amount));
  const { not_before } = instruction;
  const notBefore = not_before === null ? soonest.effectiveEntryDate : times.onOrAfter(not_before);
  const isLater = notBefore > soonest.effectiveEntryDate;
  return {
    id,
    isPrenote: purpose === 'prenote',
    instruction,
    secCode: instruction.holder_type === 'COMPANY' ? 'CCD' : 'PPD',
    effectiveEntryDate: isLater ? notBefore : soonest.effectiveEntryDate,
    descriptiveDate: isLater ? null : (soonest.descriptiveDate ?? null),
    entryDescription:
      instruction.reverses === undefined
        ? (profile.entry_description ?? DESCRIPTIONS[purpose])
        : REVERSAL_DESCRIPTION,
  };
}

const isReversal = ({ instruction }: PlannedEntry): boolean => instruction.reverses !== undefined;

function batchKey(entry: PlannedEntry): string {
  const { effectiveEntryDate: day, secCode, descriptiveDate, entryDescription } = entry;
  const direction = entry.isPrenote ? 'prenote' : isReversal(entry) ? 'debit' : 'credit';
  return [direction, day, secCode, descriptiveDate ?? '', entryDescription].join(' ');
}

/** Returns the description of an entry of a file that was prepared before entries kept theirs. */
export function formerDescription({ reverses }: Instruction): string {
  return reverses === undefined ? DESCRIPTIONS.other : REVERSAL_DESCRIPTION;
}

/** Sorts entries by batch, so that trace numbers, which ascend with the entries, ascend with the batches too. */
export function inBatchOrder(entries: readonly PlannedEntry[]): PlannedEntry[] {
  return entries.toSorted((a, b) => {
    const [keyA, keyB] = [batchKey(a), batchKey(b)];
    if (keyA !== keyB) return keyA < keyB ? -1 : 1;
    return a.id < b.id ? -1 : 1;
  });
}

export interface FileToWrite {
  readonly originator: Originator;
  readonly createdAt: string;
  readonly modifier: string;
  readonly firstTraceSequence: number;
  /** The entries in the order of their batches. */
  readonly entries: readonly PlannedEntry[];
  readonly profile: Profile;
  /** The account by which each batch is balanced, if the profile has one. */
  readonly offset: AchOffset | undefined;
}

/** The same input gives the same bytes. */
export function writePlanned(file: FileToWrite): WrittenAchFile {
  const { originator, createdAt, modifier, firstTraceSequence, entries, profile, offset } = file;
  const batches = [...Map.groupBy(entries, batchKey).values()].map((batch): AchBatch => {
    const [first] = batch as [PlannedEntry];
    return {
      companyName: originator.company_name,
      companyId: originator.company_id,
      secCode: first.secCode,
      direction: isReversal(first) ? 'debit' : 'credit',
      entryDescription: first.entryDescription,
      effectiveEntryDate: first.effectiveEntryDate,
      odfiRoutingNumber: originator.odfi_routing_number,
      ...(first.descriptiveDate === null ? {} : { descriptiveDate: first.descriptiveDate }),
      isOfPrenotes: first.isPrenote,
      // An offset entry of no money would be none.
      ...(offset === undefined || first.isPrenote ? {} : { offset }),
      payments: batch.map(toPayment),
    };
  });
  return writeNachaFile(
    {
      immediateDestination: originator.immediate_destination,
      immediateDestinationName: originator.immediate_destination_name,
      immediateOrigin: originator.immediate_origin,
      immediateOriginName: originator.company_name,
      createdAt,
      fileIdModifier: modifier,
    },
    batches,
    firstTraceSequence,
    styleOf(profile),
  );
}

function toPayment({ id, instruction }: PlannedEntry): AchPayment {
  return {
    paymentId: id,
    routingNumber: instruction.routing_number,
    accountNumber: instruction.account_number,
    accountType: instruction.account_type === 'SAVINGS' ? 'savings' : 'checking',
    amountMinor: BigInt(instruction.amount),
    receiverName: instruction.holder_name,
    ...(instruction.memo === null ? {} : { memo: instruction.memo }),
  };
}
