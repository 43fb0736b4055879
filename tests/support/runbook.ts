import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RUNBOOKS = join(import.meta.dirname, '../../docs/runbooks');

/** Steps that take an AWS CLI are followed where there is one. */
export const HAS_AWS_CLI = (process.env.PATH ?? '').split(':').some((path) => existsSync(join(path, 'aws')));

/** Tells whether the AWS CLI is new enough for a command: Debian 12 has 2.9. */
export function awsCliKnows(service: string, command: string): boolean {
  return (
    HAS_AWS_CLI && !/invalid choice/i.test(spawnSync('aws', [service, command], { encoding: 'utf8' }).stderr)
  );
}

/** Returns what stands below a heading of a runbook, with what stands below its own headings. */
export function section(document: string, heading: string): string {
  const text = readFileSync(join(RUNBOOKS, document), 'utf8');
  const [, found] = new RegExp(`^#+ ${heading}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(text) ?? [];
  if (found === undefined) throw new Error(`${document} has no heading ${heading}`);
  return found;
}

/** The blocks of a language below a heading of a runbook, as they stand there. */
export function blocks(language: 'sh' | 'sql' | 'json', document: string, heading: string): string[] {
  const fenced = new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, 'gm');
  const found = [...section(document, heading).matchAll(fenced)].map(([, block = '']) => block);
  if (found.length === 0) throw new Error(`${document} has no ${language} below ${heading}`);
  return found;
}

/** The blocks of commands below a heading of a runbook. */
export const commands = (document: string, heading: string): string[] => blocks('sh', document, heading);
