import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
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
  /** Resources that hold data, by logical id. */
  readonly kept: ReadonlyMap<string, Kept>;
}

export interface Kept {
  readonly type: string;
  /** The properties that the resource has and whose change replaces it: their values as JSON. */
  readonly properties: Readonly<Record<string, string>>;
}

/** The types of resources that hold data. */
const HOLDING_DATA: ReadonlySet<string> = new Set([
  ...['AWS::EC2::Subnet', 'AWS::EC2::VPC', 'AWS::Events::Archive', 'AWS::Events::EventBus', 'AWS::KMS::Key'],
  ...['AWS::RDS::DBCluster', 'AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue'],
  ...['AWS::SecretsManager::Secret', 'AWS::StepFunctions::StateMachine'],
]);

/** Those that a release may remove: sweeps find the work of a queue that is gone, and nothing else holds on to it. */
const MAY_GO: ReadonlySet<string> = new Set(['AWS::SQS::Queue']);

/** Properties that CloudFormation's own description doesn't count, whose change the service refuses. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion'],
};

const specification = loadAwsServiceSpecSync();
const replacing = new Map<string, readonly string[]>();

/** Returns the properties of a type whose change makes CloudFormation replace the resource, by a new and empty one. */
function replacingProperties(type: string): readonly string[] {
  const known = replacing.get(type);
  if (known !== undefined) return known;
  const [described] = specification.lookup('resource', 'cloudFormationType', 'equals', type);
  if (described === undefined) throw new Error(`CloudFormation has no type ${type}`);
  const ofSpecification = Object.entries(described.properties)
    .filter(([, { causesReplacement = 'no' }]) => causesReplacement !== 'no')
    .map(([name]) => name);
  const found = [...ofSpecification, ...(FIXED[type] ?? [])].sort();
  replacing.set(type, found);
  return found;
}

/** Returns the stacks of an environment in the order in which they are deployed. */
export function stackStates({
  stacks,
}: {
  readonly stacks: readonly Pick<CloudFormationStackArtifact, 'stackName' | 'template'>[];
}): StackState[] {
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
      kept: new Map(
        resources.flatMap(([id, { Type, Properties = {}, DeletionPolicy }]) => {
          // A secret that goes with its stack holds a value that CloudFormation makes anew.
          const isMadeAnew = Type === 'AWS::SecretsManager::Secret' && DeletionPolicy === 'Delete';
          if (!HOLDING_DATA.has(Type) || isMadeAnew) return [];
          const properties = replacingProperties(Type).filter((name) => Properties[name] !== undefined);
          const values = properties.map((name) => [name, JSON.stringify(Properties[name])]);
          return [[id, { type: Type, properties: Object.fromEntries(values) }]];
        }),
      ),
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
 * can't be made while it exists: in another stack, or in the same one under another logical id, which is removed last. What holds
 * data is neither renamed nor replaced while its stack stays: CloudFormation would make another, empty one.
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
    for (const [id, made] of now?.kept ?? []) {
      if (next === undefined) break;
      const then = next.kept.get(id);
      if (then?.type === made.type)
        found.push(
          ...changes(made, then).map((change) => `${stack}: ${id} would be replaced, empty: ${change}`),
        );
      else if (!MAY_GO.has(made.type))
        found.push(`${stack}: ${id} would go, with what it holds (${made.type})`);
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

/** Says which property of a resource changes, and how, of those that replace it. */
function changes(before: Kept, after: Kept): string[] {
  const names = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)]);
  return [...names].flatMap((name) => {
    const [was = 'nothing', is = 'nothing'] = [before.properties[name], after.properties[name]];
    return was === is ? [] : [`${name} ${was} becomes ${is}`];
  });
}

type Recorded = Readonly<
  Record<
    string,
    {
      readonly exports: Readonly<Record<string, string>>;
      readonly imports: readonly string[];
      readonly named: Readonly<Record<string, string>>;
      readonly kept: Readonly<Record<string, Kept>>;
    }
  >
>;

/** Returns what is kept in the repository of a release: all that can stand in the way of the next. */
export function recordOf(states: readonly StackState[]): Recorded {
  return Object.fromEntries(
    states.map(({ stack, exports, imports, named, kept }) => [
      stack,
      {
        exports: Object.fromEntries(exports),
        imports: [...imports].sort(),
        named: Object.fromEntries(named),
        kept: Object.fromEntries(kept),
      },
    ]),
  );
}

/** Returns the stacks of a recorded release, in the order in which they were deployed. */
export function recordedStates(record: Recorded): StackState[] {
  return Object.entries(record).map(([stack, { exports, imports, named, kept }]) => ({
    stack,
    exports: new Map(Object.entries(exports)),
    imports: new Set(imports),
    named: new Map(Object.entries(named)),
    kept: new Map(Object.entries(kept)),
  }));
}
