import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readEnvironmentOrExit } from '#lib/environment.ts';
import { addStacks } from '#lib/vestry.ts';
import { readArgumentsOrExit } from '#local/terminal.ts';
import cdkJson from '../cdk.json' with { type: 'json' };
import { idleCost, type PricedResource, total } from './idle-cost.ts';
import prices from './prices.json' with { type: 'json' };

/** `npm run idle-cost -- NAME`: what an environment costs while nobody uses it, as it is and as a small one. */

// Whether the templates are right is not the question here.
process.env.CDK_VALIDATION = 'false';
const HELP = `usage: npm run idle-cost -- [NAME]

Tells what an environment costs a month while nobody uses it, as it is and as a small one.

  NAME   the environment (default: staging)`;
const {
  positionals: [name = 'staging'],
} = readArgumentsOrExit(HELP, { options: {}, allowPositionals: true });
const configured = readEnvironmentOrExit(name);
const outdir = mkdtempSync(join(tmpdir(), 'vestry-idle-cost-'));
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));

for (const small of configured.production ? [false] : [false, true]) {
  const app = new App({
    outdir: join(outdir, String(small)),
    context: { ...cdkJson.context, 'aws:cdk:disable-asset-staging': true },
    analyticsReporting: false,
  });
  addStacks(app, { ...configured, small });
  const resources = app
    .synth()
    .stacks.flatMap(({ template }) => Object.values<PricedResource>(template.Resources));
  const lines = idleCost(resources);
  console.log(`${name}, ${small ? 'small' : 'with a proxy'} (${prices.source}, ${prices.date})`);
  for (const { item, dollars } of [...lines, { item: 'together', dollars: total(lines) }])
    console.log(`  ${item.padEnd(12)} $${dollars.toFixed(2).padStart(7)} a month`);
}
