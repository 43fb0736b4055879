import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Branch } from '../execution/branch.ts';
import type { Change, ExecutionHeader, Outcome } from '../execution/execution.ts';
import type { HistoryEvent } from '../execution/history.ts';
import { NdjsonFile } from './ndjson-file.ts';

/** An execution as recorded in its journal. */
export interface RecordedExecution {
  readonly header: ExecutionHeader;
  readonly branches: readonly Branch[];
  /** The highest number of any branch so far. */
  readonly highestBranch: number;
  readonly events: readonly HistoryEvent[];
  readonly outcome: Outcome | undefined;
}

/** One file for each execution; each line is one `Change`. */
export class ExecutionJournal {
  #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Replaces the file of a start that was cut before it was answered. */
  begin(header: ExecutionHeader, change: Change): void {
    this.#file(header.arn).begin({ start: header, ...change });
  }

  append(arn: string, change: Change): void {
    if (Object.keys(change).length > 0) this.#file(arn).append(change);
  }

  /** Reads an execution to go on with it. */
  resume(arn: string): RecordedExecution | undefined {
    this.#file(arn).repair();
    return this.read(arn);
  }

  /** `undefined` when nothing whole is there. */
  read(arn: string): RecordedExecution | undefined {
    const branches = new Map<number, Branch>();
    const events: HistoryEvent[] = [];
    let header: ExecutionHeader | undefined;
    let outcome: Outcome | undefined;
    let highestBranch = 0;
    for (const change of this.#file(arn).read() as Change[]) {
      header ??= change.start;
      outcome ??= change.outcome;
      for (const branch of change.branches ?? []) {
        branches.set(branch.id, branch);
        highestBranch = Math.max(highestBranch, branch.id);
      }
      for (const id of change.dropped ?? []) branches.delete(id);
      for (const event of change.events ?? []) events.push(event);
    }
    return header && { header, branches: [...branches.values()], highestBranch, events, outcome };
  }

  /** Names of executions hold what file names don't. */
  #file(arn: string): NdjsonFile {
    const name = createHash('sha256').update(arn).digest('hex').slice(0, 32);
    return new NdjsonFile(join(this.#directory, `${name}.ndjson`));
  }
}
