import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readEnvironmentOrExit } from '#lib/environment.ts';
import { addStacks } from '#lib/vestry.ts';
import cdkJson from '../cdk.json' with { type: 'json' };

const DEFAULT_ENVIRONMENT = 'local';

// The context of cdk.json reaches the app only through the CDK CLI; plain `node bin/vestry.ts` must give the same templates.
const app = new App({
  outdir: process.env.CDK_OUTDIR ?? 'cdk.out',
  context: cdkJson.context,
  analyticsReporting: false,
});
addStacks(app, readEnvironmentOrExit(String(app.node.tryGetContext('env') ?? DEFAULT_ENVIRONMENT)));
// Templates that are deployed are held to the rules each time; tests hold every environment to them once.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
