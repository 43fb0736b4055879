import { type PolicyViolation, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { Synthesised } from './synthesised.ts';

const REASON_CHARACTERS = 40;

interface Findings {
  /** Every finding, acknowledged or not. */
  readonly all: readonly PolicyViolation[];
  /** The rule and the construct of each finding that nobody has acknowledged. */
  readonly unexplained: readonly string[];
}

/** Runs the rules once: what cdk-nag would leave out as acknowledged is kept, and what it would not is noted. */
function findingsOf({ app }: Synthesised): Findings {
  const unexplained: string[] = [];
  const checks = new AwsSolutionsChecks(app);
  const { isAcknowledged } = checks as unknown as {
    isAcknowledged: (resource: IConstruct, ruleId: string) => boolean;
  };
  Object.defineProperty(checks, 'isAcknowledged', {
    value: (resource: IConstruct, ruleId: string): boolean => {
      if (!isAcknowledged.call(checks, resource, ruleId)) unexplained.push(`${ruleId} ${resource.node.path}`);
      return false;
    },
  });
  return { all: checks.validateScope(app).violations, unexplained };
}

function acknowledgements({ app }: Synthesised): [id: string, reason: string][] {
  return app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .map(([id, reason]): [string, string] => [id.replace(/^annotation::/i, ''), reason])
    .filter(([id]) => id.startsWith('AwsSolutions-'));
}

describe.each(environmentNames())('AWS Solutions rules on %s', (name) => {
  const synthesised = Synthesised.of(readEnvironment(name));
  const { all, unexplained } = findingsOf(synthesised);

  test('every finding is explained', () => {
    expect(all.length).toBeGreaterThan(0);
    expect(unexplained).toEqual([]);
  });

  test('explanations are sentences', () => {
    const short = acknowledgements(synthesised).filter(([, reason]) => reason.length < REASON_CHARACTERS);
    expect(short).toEqual([]);
  });

  test('nothing is explained that is not found', () => {
    const found = new Set(all.map(({ ruleName }) => ruleName));
    expect(acknowledgements(synthesised).filter(([id]) => !found.has(id))).toEqual([]);
  });

  test('actions are never wildcards', () => {
    const actions = all.filter(({ ruleName }) => ruleName.includes('[Action::'));
    expect(actions).toEqual([]);
  });
});
