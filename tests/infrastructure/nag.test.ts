import { type PolicyViolation, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { Synthesised } from './synthesised.ts';

const REASON_CHARACTERS = 40;

/** Every finding, acknowledged or not. */
function rawFindings({ app }: Synthesised): PolicyViolation[] {
  const checks = new AwsSolutionsChecks(app);
  Object.defineProperty(checks, 'isAcknowledged', { value: () => false });
  return checks.validateScope(app).violations;
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

describe.each(['local', 'acme-prod'])('AWS Solutions rules on %s', (name) => {
  const synthesised = Synthesised.of(readEnvironment(name));

  test('every finding is explained', () => {
    expect(new AwsSolutionsChecks(synthesised.app).validateScope(synthesised.app).violations).toEqual([]);
  });

  test('explanations are sentences', () => {
    const short = acknowledgements(synthesised).filter(([, reason]) => reason.length < REASON_CHARACTERS);
    expect(short).toEqual([]);
  });

  test('nothing is explained that is not found', () => {
    const found = new Set(rawFindings(synthesised).map(({ ruleName }) => ruleName));
    expect(acknowledgements(synthesised).filter(([id]) => !found.has(id))).toEqual([]);
  });

  test('actions are never wildcards', () => {
    const actions = rawFindings(synthesised).filter(({ ruleName }) => ruleName.includes('[Action::'));
    expect(actions).toEqual([]);
  });
});
