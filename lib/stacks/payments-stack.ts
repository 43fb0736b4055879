import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { FunctionContext } from '#lib/constructs/platform-function.ts';
import { type ConsumedJob, QueueConsumer } from '#lib/constructs/queue-consumer.ts';
import { Rollout } from '#lib/constructs/rollout.ts';
import { PlatformStateMachine } from '#lib/constructs/state-machine.ts';
import { WorkerFunction } from '#lib/constructs/worker-function.ts';
import type { ResourceGrants } from '#lib/grants.ts';
import type { StepJob } from '#platform/queue/job.ts';
import type { JobEntry } from '../../shared/jobs.ts';
import { VestryStack } from './vestry-stack.ts';

export interface PaymentsStackProps {
  readonly context: FunctionContext;
  readonly grants: ResourceGrants;
  readonly key: IKey;
  readonly alarmTopic: ITopic;
  readonly jobs: readonly JobEntry[];
  /** The mock bank's jobs, where there is one. */
  readonly sandbox: readonly ConsumedJob[];
}

const NO_GRANT = { statements: [], environment: {} };

/** The state machines that move money, one function for each of their tasks, and the mock bank's calls to the API. */
export class PaymentsStack extends VestryStack {
  constructor(scope: Construct, props: PaymentsStackProps) {
    const { context, grants, alarmTopic, key } = props;
    super(scope, 'payments', { environment: context.environment, description: 'Vestry: payments' });
    const rollout = Rollout.of(this, { environment: this.config, alarmTopic, part: 'payments' });
    for (const one of props.sandbox)
      new QueueConsumer(this, { context, grants, alarmTopic, ...one, rollout });
    const machines = Map.groupBy(props.jobs.filter(isStep), ({ machine }) => machine);
    for (const [name, steps] of machines) {
      const functions: Record<string, IFunction> = {};
      for (const job of steps) {
        const { target } = new WorkerFunction(this, {
          ...{ context, grants, job, alarmTopic, rollout },
          grant: NO_GRANT,
        });
        functions[pascalCase(job.name)] = target;
      }
      new PlatformStateMachine(this, name, { environment: context.environment, name, functions, key });
    }
  }
}

function isStep(job: JobEntry): job is JobEntry & StepJob {
  return job.kind === 'step';
}

/** `release-payment` → `ReleasePayment`. */
function pascalCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, _dash: string, letter: string) => letter.toUpperCase());
}
