import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { type CloudAssembly, DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { inject } from 'vitest';
import type { Environment } from '#lib/environment.ts';
import { addStacks, type Tables, tablesOf } from '#lib/vestry.ts';
import cdkJson from '../../cdk.json' with { type: 'json' };

// biome-ignore lint/suspicious/noExplicitAny: templates are asserted on, and an assertion on a wrong path fails
export type TemplateProperties = any;

export interface TemplateResource {
  readonly stack: string;
  readonly id: string;
  readonly Type: string;
  readonly Properties: TemplateProperties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string | readonly string[];
}

const made = new Set<string>();
process.once('exit', () => {
  for (const outdir of made) rmSync(outdir, { recursive: true, force: true });
});

/** The templates of an environment, as a deployment would send them. */
export class Synthesised {
  static readonly #made = new Map<string, Synthesised>();
  readonly app: App;
  readonly assembly: CloudAssembly;
  readonly resources: readonly TemplateResource[];

  private constructor(
    environment: Environment,
    tables: Tables,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    const outdir = mkdtempSync(join(tmpdir(), 'vestry-synth-'));
    made.add(outdir);
    // The functions' contents are hashed and not copied: the templates are the same, in a tenth of the time.
    const context = { ...cdkJson.context, [DISABLE_ASSET_STAGING_CONTEXT]: true, ...more };
    this.app = new App({
      outdir,
      context,
      analyticsReporting: false,
      stackTraces: false,
      treeMetadata: false,
    });
    // `npm run synth` validates the templates; the rules of cdk-nag have a test of their own.
    process.env.CDK_VALIDATION = 'false';
    addStacks(this.app, environment, tables, new Map(inject('bundle')));
    this.assembly = this.app.synth();
    this.resources = this.assembly.stacks.flatMap(({ stackName, template }) =>
      Object.entries(template.Resources as Record<string, Omit<TemplateResource, 'stack' | 'id'>>).map(
        ([id, resource]) => ({ ...resource, Properties: resource.Properties ?? {}, stack: stackName, id }),
      ),
    );
  }

  /** Makes the templates that `cdk deploy -c KEY=VALUE` would send. */
  static withContext(environment: Environment, context: Readonly<Record<string, unknown>>): Synthesised {
    return new Synthesised(environment, tablesOf(environment), context);
  }

  /** Returns the same result for the same environment: the files of this project share their modules. */
  static of(environment: Environment, tables?: Tables): Synthesised {
    if (tables !== undefined) return new Synthesised(environment, tables);
    const key = JSON.stringify(environment);
    const found = Synthesised.#made.get(key) ?? new Synthesised(environment, tablesOf(environment));
    Synthesised.#made.set(key, found);
    return found;
  }

  ofType(type: string): TemplateResource[] {
    return this.resources.filter(({ Type }) => Type === type);
  }

  /** The resource whose `Ref` or attribute a value is, or is made from; in another stack when that exports it. */
  referred(stack: string, value: unknown): TemplateResource {
    const [, name] = /"Fn::ImportValue":"([^"]+)"/.exec(JSON.stringify(value)) ?? [];
    if (name !== undefined) return this.#exported(name);
    const [, fn] = /:function:([\w-]+)/.exec(JSON.stringify(value)) ?? [];
    if (fn !== undefined) return this.#functionNamed(fn);
    const [, queue] = /:sqs:[^"]*:([\w-]+)"/.exec(JSON.stringify(value)) ?? [];
    if (queue !== undefined) return this.#queueNamed(queue);
    const [, id] = /"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/.exec(JSON.stringify(value)) ?? [];
    const found = this.resources.find((resource) => resource.stack === stack && resource.id === id);
    if (found === undefined) throw new Error(`${stack} has no resource for ${JSON.stringify(value)}`);
    return found;
  }

  /** The queue that an ARN built from its name leads to. */
  #queueNamed(name: string): TemplateResource {
    const found = this.ofType('AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === name);
    if (found === undefined) throw new Error(`no stack has the queue ${name}`);
    return found;
  }

  /** The function that an ARN built from its name leads to. */
  #functionNamed(name: string): TemplateResource {
    const found = this.ofType('AWS::Lambda::Function').find(
      ({ Properties }) => Properties.FunctionName === name,
    );
    if (found === undefined) throw new Error(`no stack has a function ${name}`);
    return found;
  }

  #exported(name: string): TemplateResource {
    for (const { stackName, template } of this.assembly.stacks) {
      const outputs = Object.values((template.Outputs ?? {}) as Record<string, TemplateProperties>);
      const output = outputs.find(({ Export }) => Export?.Name === name);
      if (output !== undefined) return this.referred(stackName, output.Value);
    }
    throw new Error(`no stack exports ${name}`);
  }

  /** The directory whose archive a function's code is. */
  assetOf({ stack, Properties }: TemplateResource): string {
    const { S3Key } = Properties.Code;
    const { files } = JSON.parse(readFileSync(join(this.assembly.directory, `${stack}.assets.json`), 'utf8'));
    const { source } = files[String(S3Key).replace(/\.zip$/, '')];
    return resolve(this.assembly.directory, source.path);
  }

  /** The function behind an ARN, through its alias or not. */
  functionBehind(stack: string, arn: unknown): TemplateResource {
    const target = this.referred(stack, arn);
    return target.Type === 'AWS::Lambda::Alias'
      ? this.referred(target.stack, target.Properties.FunctionName)
      : target;
  }
}
