import { join } from 'node:path';
import { runtimeError } from './asl/state-error.ts';
import { DefinitionStore } from './definition-store.ts';
import { DueTimers, type Timer } from './due-timers.ts';
import { type Branch, dueOf, type TaskPending } from './execution/branch.ts';
import { type Change, Execution, type ExecutionHeader } from './execution/execution.ts';
import { branchDue, executionDue, invocationEnded } from './execution/happenings.ts';
import { restartTask } from './execution/task.ts';
import { begin } from './execution/transitions.ts';
import { type FunctionInvoker, invokeTask } from './function-task.ts';
import { ExecutionIndex } from './journal/execution-index.ts';
import { ExecutionJournal, type RecordedExecution } from './journal/execution-journal.ts';
import type { StateMachineSpec } from './state-machine-spec.ts';

/** The time that executions live by. */
export interface ExecutionClock {
  now(): Date;
  /** Called when the time may have leapt ahead. */
  onMove(listener: () => void): void;
}

export interface ExecutionEngineOptions {
  readonly directory: string;
  readonly stateMachines: readonly StateMachineSpec[];
  readonly functions: FunctionInvoker;
  readonly clock: ExecutionClock;
  /** The source of jitter. @default Math.random */
  readonly random?: () => number;
}

/** Timers are looked at this often at least: the clock of the machine may be set, and longer ones overflow. */
const TICK_LIMIT_MS = 60_000;

/**
 * Runs executions. Each transition is on disk before it has any effect: before a function is called, and before a
 * client gets its answer. An execution that a kill interrupted continues at its current state at the next `start`.
 */
export class ExecutionEngine {
  readonly index: ExecutionIndex;
  readonly journal: ExecutionJournal;
  readonly #options: ExecutionEngineOptions;
  readonly #definitions: DefinitionStore;
  readonly #running = new Map<string, Execution>();
  readonly #timers = new DueTimers();
  /** Attempts whose function runs, with what waits for them. */
  readonly #invocations = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #phase: 'loaded' | 'running' | 'stopping' | 'closed' = 'loaded';

  constructor(options: ExecutionEngineOptions) {
    const { directory, stateMachines, clock } = options;
    this.#options = options;
    this.#definitions = new DefinitionStore(join(directory, 'definitions'), stateMachines);
    this.journal = new ExecutionJournal(join(directory, 'journals'));
    this.index = new ExecutionIndex(join(directory, 'executions.ndjson'));
    for (const { arn, machineArn, status } of this.index.all())
      if (status === 'RUNNING' && this.#spec(machineArn) !== undefined) this.#restore(arn);
    clock.onMove(() => this.#tick());
  }

  /** Goes on with what was running. Until then, executions are accepted but call no function. */
  start(): void {
    this.#phase = 'running';
    for (const execution of this.#running.values()) {
      this.transition(execution, () => {
        for (const branch of execution.branches.values())
          if (branch.pending.kind === 'task' && !branch.pending.isSubmitted)
            restartTask(execution, branch, branch.pending);
      });
      this.#armExecution(execution);
      this.#arm(execution, execution.branches.values());
    }
    this.#tick();
  }

  find(arn: string): Execution | undefined {
    return this.#running.get(arn);
  }

  begin(
    spec: StateMachineSpec,
    header: Omit<ExecutionHeader, 'revision' | 'startMs' | 'machineArn'>,
  ): Execution {
    const { arn } = spec;
    const execution = this.#executionOf(spec, {
      ...header,
      machineArn: arn,
      revision: this.#definitions.current(arn),
      startMs: this.#nowMs(),
    });
    this.#attempt(execution, () => begin(execution));
    const change = execution.takeChange();
    this.journal.begin(execution.parts.header, change);
    this.index.start(execution.parts.header);
    this.#running.set(execution.arn, execution);
    this.#armExecution(execution);
    this.#follow(execution, change);
    return execution;
  }

  /** Changes an execution, writes the change, and does what follows from it. */
  transition(execution: Execution, change: () => void): void {
    this.#attempt(execution, change);
    const done = execution.takeChange();
    this.journal.append(execution.arn, done);
    this.#follow(execution, done);
  }

  /** When the next wait, pause or time limit is over. */
  nextDue(): Date | undefined {
    if (this.#phase !== 'running') return undefined;
    this.#skipStale();
    const next = this.#timers.peek();
    return next && new Date(next.dueMs);
  }

  /** Waits until no function runs for an execution. */
  async settled(): Promise<void> {
    while (this.#invocations.size > 0) await Promise.all(this.#invocations.values());
  }

  /** Starts nothing new, and waits for the functions that run. */
  async stop(): Promise<void> {
    if (this.#phase !== 'closed') this.#phase = 'stopping';
    clearTimeout(this.#timer);
    await this.settled();
  }

  /** Outcomes are ignored from now on: functions that are cut off have not failed, but run again at the next start. */
  close(): void {
    this.#phase = 'closed';
    clearTimeout(this.#timer);
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }

  #spec(machineArn: string): StateMachineSpec | undefined {
    return this.#options.stateMachines.find(({ arn }) => arn === machineArn);
  }

  #executionOf(spec: StateMachineSpec, header: ExecutionHeader): Execution {
    return new Execution({
      header,
      machine: this.#definitions.machine(header.revision),
      machineName: spec.name,
      roleArn: spec.roleArn,
      now: () => this.#nowMs(),
      random: this.#options.random ?? Math.random,
    });
  }

  #restore(arn: string): void {
    const recorded = this.journal.resume(arn);
    const spec = recorded && this.#spec(recorded.header.machineArn);
    if (recorded === undefined || spec === undefined) return;
    if (recorded.outcome !== undefined) {
      // The kill came between the two files.
      this.index.close(arn, recorded.outcome.status, recorded.outcome.stopMs);
      return;
    }
    this.#running.set(arn, revive(this.#executionOf(spec, recorded.header), recorded));
  }

  /** A defect in this code ends only the execution that hits it. */
  #attempt(execution: Execution, change: () => void): void {
    try {
      change();
    } catch (error) {
      console.error(execution.arn, error);
      const { error: name, cause } = runtimeError((error as Error).message);
      execution.close({ status: 'FAILED', error: name, cause });
    }
  }

  #follow(execution: Execution, { branches = [] }: Change): void {
    const { outcome, arn } = execution;
    if (outcome !== undefined) {
      if (this.#running.delete(arn)) this.index.close(arn, outcome.status, outcome.stopMs);
      return;
    }
    if (this.#phase !== 'running') return;
    this.#arm(execution, branches);
    for (const { id, pending } of branches)
      if (pending.kind === 'task' && !pending.isSubmitted && !this.#invocations.has(pending.attempt))
        this.#invoke(execution, id, pending);
  }

  #invoke(execution: Execution, branchId: number, task: TaskPending): void {
    const invocation = invokeTask(this.#options.functions, task).then((outcome) => {
      this.#invocations.delete(task.attempt);
      if (this.#phase === 'closed' || execution.outcome !== undefined) return;
      this.transition(execution, () => invocationEnded(execution, branchId, task.attempt, outcome));
    });
    this.#invocations.set(task.attempt, invocation);
  }

  #arm({ arn }: Execution, branches: Iterable<Branch>): void {
    for (const branch of branches) {
      const dueMs = dueOf(branch);
      if (dueMs !== undefined) this.#timers.push({ dueMs, executionArn: arn, branch: branch.id });
    }
    this.#schedule();
  }

  #armExecution({ arn, parts: { machine, header } }: Execution): void {
    if (machine.timeoutSeconds === undefined || this.#phase !== 'running') return;
    const dueMs = header.startMs + machine.timeoutSeconds * 1000;
    this.#timers.push({ dueMs, executionArn: arn, branch: undefined });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const next = this.#timers.peek();
    if (next === undefined || this.#phase !== 'running') return;
    const delayMs = Math.min(Math.max(next.dueMs - this.#nowMs(), 0), TICK_LIMIT_MS);
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  /** Fires what is due, in order. */
  #tick(): void {
    if (this.#phase !== 'running') return;
    for (let next = this.#timers.peek(); next !== undefined; next = this.#timers.peek()) {
      if (next.dueMs > this.#nowMs()) break;
      this.#timers.pop();
      this.#fire(next);
    }
    this.#schedule();
  }

  #fire(timer: Timer): void {
    const execution = this.#running.get(timer.executionArn);
    if (execution === undefined || !isCurrent(timer, execution)) return;
    const branch = timer.branch === undefined ? undefined : execution.branches.get(timer.branch);
    this.transition(execution, () =>
      branch === undefined ? executionDue(execution) : branchDue(execution, branch),
    );
  }

  #skipStale(): void {
    for (let next = this.#timers.peek(); next !== undefined; next = this.#timers.peek()) {
      const execution = this.#running.get(next.executionArn);
      if (execution !== undefined && isCurrent(next, execution)) return;
      this.#timers.pop();
    }
  }
}

/** Whether what a timer was set for still waits for that moment. */
function isCurrent({ dueMs, branch: id }: Timer, execution: Execution): boolean {
  if (id === undefined) return true;
  const branch = execution.branches.get(id);
  return branch !== undefined && dueOf(branch) === dueMs;
}

function revive(execution: Execution, { branches, highestBranch, events }: RecordedExecution): Execution {
  for (const branch of branches) execution.restore(branch);
  execution.reserveBranches(highestBranch);
  execution.eventCount = events.at(-1)?.id ?? 0;
  return execution;
}
