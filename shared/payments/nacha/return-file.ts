import { type BankBatch, batchFault, isAnswered, totalsOfControl } from './bank-batch.ts';
import { type BankItem, itemsOf } from './bank-item.ts';
import { type BankRecord, bankRecords } from './bank-records.ts';
import { addTotals, type BatchTotals, NO_TOTALS } from './batch-totals.ts';
import { FILE_CONTROL } from './nacha-layout.ts';
import { numberIn, textIn } from './record-fields.ts';
import type { UnreadableAchFileCode } from './unreadable-ach-file.ts';

/** A fault of the file, beside its items. */
export interface FileFault {
  readonly line: number;
  readonly code: UnreadableAchFileCode;
}

/** The answers in a bank's file, in its order. */
export interface ReturnFile {
  readonly items: readonly BankItem[];
  /** Something may be missing: the rest stands for itself. */
  readonly faults: readonly FileFault[];
  /** Batches that answer nothing of ours: payments to somebody, and international ones, which we never send. */
  readonly ignoredBatches: number;
}

const FILLER = /^9+ *$/;

/**
 * Reads the returns and notifications of change in a file, as banks write them: with or without headers, unordered, among batches
 * that are not ours. Each batch stands for itself: where its count, hash or totals are not those of its entries, all its items have
 * that fault, and the other batches none.
 *
 * `text` has the file's bytes as Latin-1.
 */
export function readReturnFile(text: string): ReturnFile {
  const sections = new Sections();
  for (const record of bankRecords(text)) sections.take(record);
  return sections.end();
}

class Sections {
  readonly #items: BankItem[] = [];
  readonly #faults: FileFault[] = [];
  #ignored = 0;
  #strange: number | undefined;
  #open: BankBatch | undefined;
  /** The batches since the last file control; undefined totals: one of them has none that can be read. */
  #batches = 0;
  #totals: BatchTotals | undefined = NO_TOTALS;
  #hasHeader = false;
  #control: string | undefined;
  #line = 1;

  take(record: BankRecord): void {
    const { line, text } = record;
    this.#line = line;
    if (FILLER.test(text)) return;
    switch (text[0]) {
      case '1':
        this.#close();
        this.#hasHeader = true;
        break;
      case '5':
        this.#close();
        this.#open = { line, header: text, entries: [], control: undefined, isStrange: false };
        break;
      case '6':
        this.#batch(line).entries.push({ line, text, addenda: [] });
        break;
      case '7':
        this.#addenda(text);
        break;
      case '8':
        this.#batch(line).control = text;
        this.#close();
        break;
      case '9':
        this.#close();
        this.#fileControl(record);
        break;
      default:
        if (this.#open === undefined) this.#strange ??= line;
        else this.#open.isStrange = true;
    }
  }

  end(): ReturnFile {
    this.#close();
    const isEmpty = this.#items.length === 0 && this.#ignored === 0;
    if (this.#batches > 0 && this.#hasHeader) this.#fault('truncated', this.#line);
    else if (isEmpty && this.#control === undefined && this.#faults.length === 0) {
      if (this.#strange === undefined) this.#fault(this.#hasHeader ? 'truncated' : 'empty-file', this.#line);
      else this.#fault('record-type', this.#strange);
    }
    return { items: this.#items, faults: this.#faults, ignoredBatches: this.#ignored };
  }

  /** The batch that is open; records without a header are one that can't be trusted. */
  #batch(line: number): BankBatch {
    this.#open ??= { line, header: undefined, entries: [], control: undefined, isStrange: false };
    return this.#open;
  }

  #addenda(text: string): void {
    const batch = this.#batch(this.#line);
    const entry = batch.entries.at(-1);
    if (entry === undefined) batch.isStrange = true;
    else entry.addenda.push(text);
  }

  #close(): void {
    const batch = this.#open;
    this.#open = undefined;
    if (batch === undefined) return;
    this.#batches += 1;
    this.#control = undefined;
    const totals = batch.control === undefined ? undefined : totalsOfControl(batch.control);
    this.#totals = this.#totals && totals && addTotals(this.#totals, totals);
    const fault = batchFault(batch);
    if (isAnswered(batch)) this.#items.push(...itemsOf(batch, fault));
    else if (batch.header === undefined || (batch.entries.length === 0 && fault !== undefined))
      this.#fault(fault ?? 'record-order', batch.line);
    else this.#ignored += 1;
  }

  #fileControl({ line, text }: BankRecord): void {
    // Some write it twice.
    if (this.#batches === 0 && text === this.#control) return;
    const stated = {
      entryAddendaCount: numberIn(text, FILE_CONTROL.entryAddendaCount),
      entryHash: numberIn(text, FILE_CONTROL.entryHash),
      debitMinor: numberIn(text, FILE_CONTROL.totalDebit),
      creditMinor: numberIn(text, FILE_CONTROL.totalCredit),
    };
    const totals = this.#totals;
    if (
      textIn(text, FILE_CONTROL.batchCount) !== '' &&
      numberIn(text, FILE_CONTROL.batchCount) !== BigInt(this.#batches)
    )
      this.#fault('count', line);
    else if (totals !== undefined) {
      const { entryAddendaCount, entryHash, debitMinor, creditMinor } = totals;
      if (stated.entryAddendaCount !== entryAddendaCount) this.#fault('count', line);
      else if (stated.entryHash !== entryHash) this.#fault('entry-hash', line);
      else if (stated.debitMinor !== debitMinor || stated.creditMinor !== creditMinor)
        this.#fault('totals', line);
    }
    this.#control = text;
    this.#batches = 0;
    this.#totals = NO_TOTALS;
    this.#hasHeader = false;
  }

  #fault(code: UnreadableAchFileCode, line: number): void {
    this.#faults.push({ line, code });
  }
}
