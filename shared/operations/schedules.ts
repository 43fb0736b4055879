import { DAY_MS } from '#kernel/calendar.ts';
import { jobRuns } from '#metrics/job-runs.ts';
import { awsClient } from '#platform/aws/client.ts';
import * as environment from '#platform/environment.ts';

/** A scheduled job as EventBridge fires it, and how its last day went. */
export interface ScheduleState {
  readonly name: string;
  readonly purpose: string;
  readonly expression: string;
  readonly enabled: boolean;
  /** The beginning of the five minutes in which its last run ended. */
  readonly last_run_at: string | null;
  readonly runs: number;
  readonly failures: number;
}

/** Lists the rules of the environment that fire by time, with the runs of their jobs in the day before now. */
export async function listSchedules(now: Date): Promise<ScheduleState[]> {
  const [rules, runs] = await Promise.all([
    scheduledRules(),
    jobRuns({ start: new Date(now.getTime() - DAY_MS), end: now }),
  ]);
  return rules
    .map((rule) => ({ ...rule, ...(runs.get(rule.name) ?? { last_run_at: null, runs: 0, failures: 0 }) }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

async function scheduledRules(): Promise<
  Pick<ScheduleState, 'name' | 'purpose' | 'expression' | 'enabled'>[]
> {
  const { EventBridgeClient, ListRulesCommand } = await import('@aws-sdk/client-eventbridge');
  const client = awsClient(EventBridgeClient);
  const prefix = `vestry-${environment.name()}-`;
  const rules = [];
  let NextToken: string | undefined;
  do {
    const answer = await client.send(
      new ListRulesCommand({ NamePrefix: prefix, ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    for (const { Name = '', Description = '', ScheduleExpression, State } of answer.Rules ?? [])
      if (ScheduleExpression !== undefined)
        rules.push({
          name: Name.slice(prefix.length),
          purpose: Description,
          expression: ScheduleExpression,
          enabled: State === 'ENABLED',
        });
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return rules;
}
