import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { FunctionContext } from '#lib/constructs/platform-function.ts';
import { Rollout } from '#lib/constructs/rollout.ts';
import { RouteFunction } from '#lib/constructs/route-function.ts';
import type { ResourceGrants } from '#lib/grants.ts';
import type { RouteEntry } from '../../shared/routes.ts';
import { VestryStack } from './vestry-stack.ts';

export const CORE = 'core';

/**
 * The domains of each part of the platform, and groups of a domain that would be too large; all others are in the core. A function that
 * changes stacks is created again.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  identity: ['identity'],
  directory: ['identity/scim'],
  'sign-in': [
    'identity/account',
    'identity/api-keys',
    'identity/connections',
    'identity/second-factor',
    'identity/single-sign-on',
  ],
  register: ['register', 'uploads', 'dividends', 'proxy', 'reporting'],
  transfers: [
    'register/reopening',
    'register/transfers',
    'register/corporate-actions',
    'register/tax-certifications',
    'reporting/ownership',
    'reporting/bank-reconciliation',
    'reporting/export-list',
    'reporting/nonresident-tax',
    'uploads/ballots',
    'uploads/payee-files',
    'uploads/participant-files',
    'uploads/rejected-rows',
  ],
  plans: ['plans', 'reporting/plan-statement'],
  money: ['payments', 'ledger', 'dividends/adjustments', 'dividends/tax-remittances'],
};

export function partOf({ domain, group }: Pick<RouteEntry, 'domain' | 'group'>): string {
  const partWith = (name: string): string | undefined =>
    Object.keys(PARTS).find((part) => PARTS[part]?.includes(name));
  return partWith(`${domain}/${group}`) ?? partWith(domain) ?? CORE;
}

/** Routes by part: a route with its roll-out is six resources, and a stack takes five hundred. */
export function routesByPart(routes: readonly RouteEntry[]): ReadonlyMap<string, readonly RouteEntry[]> {
  return Map.groupBy(routes, partOf);
}

export interface RoutesStackProps {
  readonly part: string;
  readonly context: FunctionContext;
  readonly grants: ResourceGrants;
  readonly alarmTopic: ITopic;
  readonly routes: readonly RouteEntry[];
}

/** The functions of a part of the API's routes. */
export class RoutesStack extends VestryStack {
  /** The ARN of the function that the API calls for each route. */
  readonly targets: ReadonlyMap<RouteEntry, string>;

  constructor(scope: Construct, { part, routes, alarmTopic, ...props }: RoutesStackProps) {
    super(scope, `routes-${part}`, {
      environment: props.context.environment,
      description: `Vestry: functions of the API (${part})`,
    });
    const rollout = Rollout.of(this, { environment: this.config, alarmTopic, part: `routes-${part}` });
    this.targets = new Map(
      routes.map((route) => [route, new RouteFunction(this, { ...props, rollout, route }).targetArn]),
    );
  }
}
