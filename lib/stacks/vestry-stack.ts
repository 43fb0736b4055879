import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';

export interface VestryStackProps {
  readonly environment: Environment;
  readonly description: string;
  /** @default the environment's */
  readonly region?: string;
  /** Holds what a new deployment can't bring back. @default false */
  readonly stateful?: boolean;
}

/** The name by which other stacks import the API's own address. It is always there, so that no release has to take it away. */
export function apiEndpointExport({ name }: Environment): string {
  return `vestry-${name}-api-endpoint`;
}

/**
 * A stack of one environment, named `vestry-<environment>-<part>`.
 *
 * Constructs are passed on as the CDK's interfaces, by `as`: under `exactOptionalPropertyTypes` its classes don't implement
 * them to the letter.
 */
export class VestryStack extends Stack {
  /** The environment of the stack. */
  readonly config: Environment;

  constructor(scope: Construct, part: string, props: VestryStackProps) {
    const { environment } = props;
    super(scope, `vestry-${environment.name}-${part}`, {
      env: { account: environment.account, region: props.region ?? environment.region },
      description: props.description,
      terminationProtection: props.stateful === true && environment.terminationProtection,
      tags: { 'vestry:environment': environment.name, 'vestry:tenancy': environment.tenancy },
    });
    this.config = environment;
  }

  /**
   * Exports values whether or not another stack uses them. The CDK exports what is used: with its last user an export would
   * go, in a stack that is deployed while the user is still there, and CloudFormation refuses that.
   */
  protected keepExporting(values: readonly string[]): void {
    for (const value of values) this.exportValue(value);
  }

  /** Ids of zones, so that synthesis asks no account for its names: what takes names is given ids where it can take them. */
  override get availabilityZones(): string[] {
    return [...this.config.zones];
  }
}
