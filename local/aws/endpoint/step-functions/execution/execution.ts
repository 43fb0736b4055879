import type { Machine, State } from '../asl/definition.ts';
import type { Branch } from './branch.ts';
import type { HistoryEvent } from './history.ts';

/** The properties of an execution that are known from its start and never change. */
export interface ExecutionHeader {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  /** The revision of the definition that it runs to its end, whatever is deployed meanwhile. */
  readonly revision: string;
  /** The JSON text, unchanged. */
  readonly input: string;
  readonly startMs: number;
}

export type ClosedStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
export type ExecutionStatus = 'RUNNING' | ClosedStatus;

export interface Outcome {
  readonly status: ClosedStatus;
  readonly stopMs: number;
  /** JSON text, of a success. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** All that one transition changed, written at once: a killed platform finds all of it or nothing. */
export interface Change {
  readonly start?: ExecutionHeader;
  readonly branches?: readonly Branch[];
  readonly dropped?: readonly number[];
  readonly events?: readonly HistoryEvent[];
  readonly outcome?: Outcome;
}

export interface ExecutionParts {
  readonly header: ExecutionHeader;
  readonly machine: Machine;
  readonly machineName: string;
  readonly roleArn: string;
  /** The platform's clock, in milliseconds since 1970. */
  now(): number;
  /** Returns a number of at least 0 and below 1, for jitter. */
  random(): number;
}

/** A running execution: its branches, and what changed in them since the last `takeChange`. */
export class Execution {
  readonly parts: ExecutionParts;
  readonly branches = new Map<number, Branch>();
  /** Branches for `drive` to run, in this order. */
  readonly ready: Branch[] = [];
  outcome: Outcome | undefined;
  eventCount = 0;
  #nextBranch = 0;
  #events: HistoryEvent[] = [];
  #touched = new Set<Branch>();
  #dropped: number[] = [];

  constructor(parts: ExecutionParts) {
    this.parts = parts;
  }

  get arn(): string {
    return this.parts.header.arn;
  }

  /** Puts a branch back that was read from disk. */
  restore(branch: Branch): void {
    this.branches.set(branch.id, branch);
    this.#nextBranch = Math.max(this.#nextBranch, branch.id + 1);
  }

  /** Ids are never used twice, so that what comes late can't meet another branch. */
  reserveBranches(highestId: number): void {
    this.#nextBranch = Math.max(this.#nextBranch, highestId + 1);
  }

  spawn(from: Omit<Branch, 'id' | 'enteredMs' | 'retries' | 'pending'>): Branch {
    const branch: Branch = {
      ...from,
      id: this.#nextBranch++,
      enteredMs: this.parts.now(),
      retries: [],
      pending: { kind: 'ready', isRetry: false },
    };
    this.branches.set(branch.id, branch);
    this.#touched.add(branch);
    this.ready.push(branch);
    return branch;
  }

  touch(branch: Branch): void {
    this.#touched.add(branch);
  }

  children(parent: Branch): Branch[] {
    return [...this.branches.values()].filter((branch) => branch.parent === parent.id);
  }

  /** Ends what Parallel or Map began. What still runs for it comes too late. */
  dropChildren(parent: Branch): void {
    for (const child of this.children(parent)) {
      this.dropChildren(child);
      this.branches.delete(child.id);
      this.#touched.delete(child);
      this.#dropped.push(child.id);
    }
  }

  /** The definition that a branch runs. */
  machineOf(branch: Branch): Machine {
    if (branch.parent === undefined) return this.parts.machine;
    const state = this.stateOf(this.branches.get(branch.parent) as Branch);
    const part = 'branches' in state ? state.branches[branch.part ?? 0] : undefined;
    if (part === undefined) throw new Error(`${this.arn}: branch ${branch.id} has no definition`);
    return part;
  }

  stateOf(branch: Branch): State {
    const state = this.machineOf(branch).states.get(branch.state);
    if (state === undefined) throw new Error(`${this.arn}: there is no state ${branch.state}`);
    return state;
  }

  /** Adds an event to the history, after the branch's last one. */
  record(branch: Branch | undefined, type: string, details: Readonly<Record<string, object>> = {}): void {
    this.eventCount++;
    this.#events.push({
      timestampMs: this.parts.now(),
      type,
      id: this.eventCount,
      previousEventId: branch?.lastEventId ?? 0,
      ...details,
    });
    if (branch === undefined) return;
    branch.lastEventId = this.eventCount;
    this.#touched.add(branch);
  }

  close(outcome: Omit<Outcome, 'stopMs'>): void {
    this.outcome = { ...outcome, stopMs: this.parts.now() };
    this.ready.length = 0;
  }

  takeChange(): Change {
    const change: Change = {
      ...(this.#touched.size > 0 ? { branches: [...this.#touched] } : {}),
      ...(this.#dropped.length > 0 ? { dropped: this.#dropped } : {}),
      ...(this.#events.length > 0 ? { events: this.#events } : {}),
      ...(this.outcome === undefined ? {} : { outcome: this.outcome }),
    };
    this.#touched = new Set();
    this.#dropped = [];
    this.#events = [];
    return change;
  }
}
