import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { nameOf } from './physical-names.ts';
import type { TemplateResource } from './synthesised.ts';

/** A stack as far as it can stand in the way of another, or of its own next version. */
export interface StackState {
  readonly stack: string;
  /** The values of exports by name. */
  readonly exports: ReadonlyMap<string, string>;
  readonly imports: ReadonlySet<string>;
  /** Logical ids by the type and fixed name of what they stand for. */
  readonly named: ReadonlyMap<string, string>;
}

/** Returns the stacks of an environment in the order in which they are deployed. */
export function stackStates({ stacks }: CloudAssembly): StackState[] {
  return stacks.map(({ stackName, template }) => {
    const outputs = Object.values(
      (template.Outputs ?? {}) as Record<string, { Value: unknown; Export?: { Name: string } }>,
    );
    const resources = Object.entries(template.Resources as Record<string, TemplateResource>);
    const imports = JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g);
    return {
      stack: stackName,
      exports: new Map(
        outputs.flatMap(({ Value, Export }) =>
          Export === undefined ? [] : [[Export.Name, JSON.stringify(Value)]],
        ),
      ),
      imports: new Set([...imports].map(([, name = '']) => name)),
      named: new Map(
        resources.flatMap(([id, { Type, Properties = {} }]) => {
          const name = nameOf({ Type, Properties });
          return name === undefined ? [] : [[`${Type} ${name}`, id]];
        }),
      ),
    };
  });
}

/**
 * Returns why CloudFormation would refuse a release: stacks are updated in their order, then those that are gone are
 * deleted in the reverse of theirs. An export can't change or go while another stack imports it, and what has a fixed name
 * can't be made while it exists: in another stack, or in the same one under another logical id, which is removed last.
 */
export function refusals(before: readonly StackState[], after: readonly StackState[]): string[] {
  const live = new Map(before.map((state) => [state.stack, state]));
  const found: string[] = [];
  const update = (stack: string, next: StackState | undefined): void => {
    const others = [...live.values()].filter((other) => other.stack !== stack);
    const now = live.get(stack);
    for (const [name, value] of now?.exports ?? []) {
      const user = others.find(({ imports }) => imports.has(name));
      if (user !== undefined && next?.exports.get(name) !== value)
        found.push(`${stack}: ${user.stack} uses the export ${name}`);
    }
    for (const [name, id] of next?.named ?? []) {
      const owner = others.find(({ named }) => named.has(name));
      const ownId = now?.named.get(name);
      if (owner !== undefined) found.push(`${stack}: ${name} exists in ${owner.stack}`);
      if (ownId !== undefined && ownId !== id) found.push(`${stack}: ${name} exists as ${ownId}`);
    }
    for (const name of next?.imports ?? []) {
      if (!others.some(({ exports }) => exports.has(name))) found.push(`${stack}: nobody exports ${name}`);
    }
    if (next === undefined) live.delete(stack);
    else live.set(stack, next);
  };
  for (const state of after) update(state.stack, state);
  const kept = new Set(after.map(({ stack }) => stack));
  for (const { stack } of before.toReversed()) if (!kept.has(stack)) update(stack, undefined);
  return found;
}
