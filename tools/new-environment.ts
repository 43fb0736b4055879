import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ENVIRONMENTS } from '#lib/environment-names.ts';
import { EnvironmentError } from '#lib/environment-problems.ts';
import { exitOnStartError, readArguments, usageOf } from '#local/terminal.ts';
import { environmentText } from './environment-text.ts';

/** `npm run env:new`: writes the file of a new environment. */

const HELP = `usage: npm run env:new -- NAME --account NUMBER [options]

Writes config/environments/NAME.json, checked. NAME has 3 to 16 of a-z, 0-9 and -.

  --account NUMBER    the AWS account, twelve digits
  --region REGION     the AWS region (default: us-east-1)
  --zone ID           a zone of the network, by its id; given twice (default: the region's first two)
  --production        canary releases, protection, and no mock bank
  --siloed            one tenant has the environment for itself
  --small             less than half the price while nobody uses it: no database proxy, endpoints in one zone;
                      it can't change later, and production can't be small
  --no-mock-bank      payments go into files, as in production
  --domain NAME       its own domain, with CloudFront before the API: equity.acme.example
  --hosted-zone ID    the Route 53 zone that takes the records of the domain
  --origin ORIGIN     a web origin that may call the API from a browser; may be repeated
  --alarm-email MAIL  where alarms go; production must say it (default: only to the topic)
  --directory DIR     where the file goes (default: config/environments)

The file may be edited; lib/environment.ts describes every key. Nothing is overwritten.`;

async function main(): Promise<void> {
  const { values, positionals } = readArguments(HELP, {
    allowPositionals: true,
    options: {
      account: { type: 'string' },
      region: { type: 'string' },
      zone: { type: 'string', multiple: true },
      production: { type: 'boolean', default: false },
      siloed: { type: 'boolean', default: false },
      small: { type: 'boolean', default: false },
      'no-mock-bank': { type: 'boolean', default: false },
      domain: { type: 'string' },
      'hosted-zone': { type: 'string' },
      origin: { type: 'string', multiple: true },
      'alarm-email': { type: 'string' },
      directory: { type: 'string', default: ENVIRONMENTS },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new EnvironmentError(usageOf(HELP));
  const path = join(values.directory, `${name}.json`);
  const file = relative(process.cwd(), path);
  const text = environmentText(file, {
    name,
    account: values.account,
    region: values.region,
    zones: values.zone,
    production: values.production,
    siloed: values.siloed,
    small: values.small,
    mockBank: !values.production && !values['no-mock-bank'],
    domain: values.domain,
    hostedZone: values['hosted-zone'],
    origins: values.origin,
    alarmEmail: values['alarm-email'],
  });
  if (existsSync(path)) throw new EnvironmentError(`${file} exists: edit it, or choose another name`);
  writeFileSync(path, text, { flag: 'wx' });
  console.log(`${file} is written. docs/deploying.md goes on from here: npx cdk synth -c env=${name}`);
}

/** A wrong environment is told without a stack trace, as a wrong option is. */
await exitOnStartError(async () => {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
});
