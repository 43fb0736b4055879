import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from 'aws-cdk-lib';
import { bundleInBackground } from '#lib/constructs/bundle.ts';
import { readEnvironmentOrExit } from '#lib/environment.ts';
import { addStacks, entriesOf, tablesOf } from '#lib/vestry.ts';
import cdkJson from '../cdk.json' with { type: 'json' };

/**
 * Makes the assembly of `npm start`: the templates of `bin/vestry.ts`, in a third of the time. The code of functions is
 * bundled in one pass while the templates are made, and stays where it was written: nothing is copied or hashed again.
 */

/** Long enough for the bundler to have its orders before the CDK keeps this thread busy. */
const HEAD_START_MS = 50;

const [outdir = 'cdk.out', version = '', name = 'local'] = process.argv.slice(2);
const assembly = resolve(outdir);
const configured = readEnvironmentOrExit(name);
/** CloudFormation isn't there to name the buckets. */
const environment = {
  ...configured,
  uploadsBucketName: configured.uploadsBucketName ?? `vestry-${name}-uploads`,
  auditBucketName: configured.auditBucketName ?? `vestry-${name}-audit`,
  accessLogsBucketName: configured.accessLogsBucketName ?? `vestry-${name}-access-logs`,
};
const tables = tablesOf(environment);
const { code, written } = bundleInBackground(entriesOf(tables), join(assembly, 'code'), version);
await sleep(HEAD_START_MS);

const app = new App({
  outdir: assembly,
  context: { ...cdkJson.context, 'aws:cdk:disable-asset-staging': true },
  analyticsReporting: false,
  // Nobody reads where a construct was made, or a list of them.
  stackTraces: false,
  treeMetadata: false,
});
addStacks(app, environment, tables, code);
app.synth();
// A platform that watches the sources reads from it what a changed file is part of.
writeFileSync(join(assembly, 'sources.json'), JSON.stringify(await written));
// Paths become relative to the assembly, which is moved and copied.
for (const name of readdirSync(assembly).filter((file) => file.endsWith('.assets.json'))) {
  const path = join(assembly, name);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${assembly}/`, '"'));
}
