/** `npm run changes -- BASE`: what the templates of this checkout change against those of another, as Markdown. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { formatDifferences, fullDiff } from '@aws-cdk/cloudformation-diff';
import { environmentNames } from '#lib/environment-names.ts';
import { exitOnStartError, readArguments, StartError, usageOf } from '#local/terminal.ts';

const HELP = `usage: npm run changes -- BASE

Prints, as Markdown, which resources a release of this checkout would add, change, replace or remove in each environment, against
the templates of BASE: another checkout, with its packages installed. No account is asked.`;

const REPOSITORY = join(import.meta.dirname, '..');
const TEMPLATE = '.template.json';
/** A summary of GitHub takes a megabyte. */
const LINES_PER_STACK = 200;

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

type Templates = ReadonlyMap<string, Template>;

/** These properties change with every change of code, and say no more than that. */
const OF_CODE: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::Function': ['Code'],
  'AWS::Lambda::Alias': ['FunctionVersion'],
};

/** Returns the templates of an environment, by the names of their stacks. */
function synthesised(checkout: string, environment: string): Templates {
  const output = mkdtempSync(join(tmpdir(), 'vestry-changes-'));
  try {
    execFileSync(process.execPath, ['bin/vestry.ts'], {
      cwd: checkout,
      env: { ...process.env, CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify({ env: environment }) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const files = readdirSync(output).filter((file) => file.endsWith(TEMPLATE));
    return new Map(
      files.map((file) => [
        file.slice(0, -TEMPLATE.length),
        JSON.parse(readFileSync(join(output, file), 'utf8')) as Template,
      ]),
    );
  } catch (error) {
    throw new StartError(`${checkout} can't synthesise ${environment}: ${(error as Error).message}`);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** Returns a template without the versions of functions, what they are made of, and where the CDK made them. */
function withoutCode({ Resources = {}, ...rest }: Template): Template {
  const kept = Object.entries(Resources).filter(([, { Type }]) => Type !== 'AWS::Lambda::Version');
  const stripped = kept.map(([id, { Metadata: _, Properties = {}, ...resource }]): [string, Resource] => {
    const ofCode = OF_CODE[resource.Type] ?? [];
    const properties = Object.entries(Properties).filter(([name]) => !ofCode.includes(name));
    return [id, { ...resource, Properties: Object.fromEntries(properties) }];
  });
  return { ...rest, Resources: Object.fromEntries(stripped) };
}

/** Returns how many functions that are in both templates get other code. */
function functionsWithNewCode(before: Template, after: Template): number {
  const codeOf = ({ Resources = {} }: Template, id: string) =>
    JSON.stringify(Resources[id]?.Properties?.Code);
  return Object.entries(after.Resources ?? {}).filter(
    ([id, { Type }]) =>
      Type === 'AWS::Lambda::Function' &&
      before.Resources?.[id] !== undefined &&
      codeOf(before, id) !== codeOf(after, id),
  ).length;
}

/** Returns the changes of one stack, as the CDK prints them, or nothing. */
function changesOf(before: Template, after: Template): string | undefined {
  const changes = fullDiff({ ...withoutCode(before) }, { ...withoutCode(after) });
  if (changes.isEmpty) return undefined;
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  formatDifferences(stream, changes);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const more = lines.length - LINES_PER_STACK;
  return [...lines.slice(0, LINES_PER_STACK), ...(more > 0 ? [`… and ${more} more lines`] : [])].join('\n');
}

function printChanges(environment: string, before: Templates, after: Templates): void {
  console.log(`## ${environment}\n`);
  const stacks = [...new Set([...before.keys(), ...after.keys()])];
  let functions = 0;
  const changed = stacks.flatMap((stack) => {
    const [old, current] = [before.get(stack) ?? {}, after.get(stack) ?? {}];
    functions += functionsWithNewCode(old, current);
    const changes = changesOf(old, current);
    return changes === undefined ? [] : [`### ${stack}\n\n\`\`\`\`\n${changes}\n\`\`\`\`\n`];
  });
  console.log(`${functions} functions get other code.\n`);
  console.log(changed.length === 0 ? 'No resource changes otherwise.\n' : changed.join('\n'));
}

async function main(): Promise<void> {
  const { positionals } = readArguments(HELP, { allowPositionals: true, options: {} });
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new StartError(usageOf(HELP));
  const base = resolve(given);
  const known = environmentNames(join(base, 'config/environments'));
  for (const environment of environmentNames()) {
    const before = known.includes(environment) ? synthesised(base, environment) : new Map<string, Template>();
    printChanges(environment, before, synthesised(REPOSITORY, environment));
  }
}

await exitOnStartError(main);
