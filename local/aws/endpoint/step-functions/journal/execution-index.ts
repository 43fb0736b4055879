import type { ClosedStatus, ExecutionHeader, ExecutionStatus } from '../execution/execution.ts';
import { NdjsonFile } from './ndjson-file.ts';

/** The summary that lists of executions show. */
export interface ExecutionSummary {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly startMs: number;
  /** Counts the starts of all state machines, for paging. */
  readonly sequence: number;
  status: ExecutionStatus;
  stopMs?: number;
}

type Entry =
  | { readonly op: 'start'; readonly execution: Omit<ExecutionSummary, 'sequence' | 'status' | 'stopMs'> }
  | { readonly op: 'close'; readonly arn: string; readonly status: ClosedStatus; readonly stopMs: number };

/** Every execution there ever was, in memory and in one file, so that a start needn't read all journals. */
export class ExecutionIndex {
  #file: NdjsonFile;
  #byArn = new Map<string, ExecutionSummary>();

  constructor(path: string) {
    this.#file = new NdjsonFile(path);
    this.#file.repair();
    for (const entry of this.#file.read() as Entry[]) this.#apply(entry);
  }

  find(arn: string): ExecutionSummary | undefined {
    return this.#byArn.get(arn);
  }

  /** Returns the executions in the order of their starts. */
  all(): ExecutionSummary[] {
    return [...this.#byArn.values()];
  }

  start({ arn, name, machineArn, startMs }: ExecutionHeader): void {
    this.#add({ op: 'start', execution: { arn, name, machineArn, startMs } });
  }

  close(arn: string, status: ClosedStatus, stopMs: number): void {
    this.#add({ op: 'close', arn, status, stopMs });
  }

  #add(entry: Entry): void {
    this.#file.append(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    if (entry.op === 'start') {
      const summary: ExecutionSummary = {
        ...entry.execution,
        sequence: this.#byArn.size,
        status: 'RUNNING',
      };
      this.#byArn.set(summary.arn, summary);
      return;
    }
    const summary = this.#byArn.get(entry.arn);
    if (summary === undefined) return;
    summary.status = entry.status;
    summary.stopMs = entry.stopMs;
  }
}
