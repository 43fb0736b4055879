import { AwsError } from '../aws-error.ts';
import type { ExecutionStatus } from './execution/execution.ts';
import { ExecutionEngine, type ExecutionEngineOptions } from './execution-engine.ts';
import type { ExecutionSummary } from './journal/execution-index.ts';
import type { StateMachineSpec } from './state-machine-spec.ts';

/** The executions as `npm run local -- status` shows them. */
export interface ExecutionsStatus {
  readonly counts: Readonly<Record<ExecutionStatus, number>>;
  /** Newest first, ten at most. */
  readonly latest: readonly {
    readonly name: string;
    readonly stateMachine: string;
    readonly status: ExecutionStatus;
    readonly started: string;
    readonly stopped: string | undefined;
    /** The current state of a running execution. */
    readonly state: string | undefined;
  }[];
}

const LATEST = 10;

/** The state machines of the account, their executions, and what runs them. */
export class StepFunctions {
  readonly stateMachines: readonly StateMachineSpec[];
  readonly engine: ExecutionEngine;
  /** The instant that stands for the creation of state machines, which is not recorded. */
  readonly sinceMs = Date.now();

  constructor(options: ExecutionEngineOptions) {
    this.stateMachines = options.stateMachines;
    this.engine = new ExecutionEngine(options);
  }

  /** Throws `StateMachineDoesNotExist`, or `InvalidArn`. */
  stateMachine(arn: string): StateMachineSpec {
    checkArn(arn);
    const spec = this.stateMachines.find((candidate) => candidate.arn === arn);
    if (spec !== undefined) return spec;
    throw new AwsError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${arn}'`);
  }

  /** Throws `ExecutionDoesNotExist`, or `InvalidArn`. */
  execution(arn: string): ExecutionSummary {
    checkArn(arn);
    const summary = this.engine.index.find(arn);
    if (summary !== undefined) return summary;
    throw new AwsError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${arn}'`);
  }

  status(): ExecutionsStatus {
    const all = this.engine.index.all();
    const counts = { RUNNING: 0, SUCCEEDED: 0, FAILED: 0, TIMED_OUT: 0, ABORTED: 0 };
    for (const { status } of all) counts[status]++;
    const latest = all.slice(-LATEST).reverse();
    return {
      counts,
      latest: latest.map(({ arn, name, machineArn, status, startMs, stopMs }) => ({
        name,
        stateMachine: machineArn.split(':')[6] ?? '',
        status,
        started: new Date(startMs).toISOString(),
        stopped: stopMs === undefined ? undefined : new Date(stopMs).toISOString(),
        state: this.engine.find(arn)?.branches.get(0)?.state,
      })),
    };
  }
}

function checkArn(arn: string): void {
  if (!/^arn:aws:states:[a-z0-9-]+:\d{12}:(?:stateMachine|execution):.+$/.test(arn))
    throw new AwsError('InvalidArn', 400, `Invalid Arn: '${arn}'`);
}
