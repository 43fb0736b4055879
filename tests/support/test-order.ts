import { join, relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PLATFORMS_AT_ONCE } from './platform-locks.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/**
 * Seconds that the slow files take on two processors beside others. Only the order depends on them: one that is wrong
 * costs time, and nothing else.
 */
const SECONDS: Readonly<Record<string, number>> = {
  'tests/e2e/browser-origin.test.ts': 40,
  'tests/e2e/console/issuers.test.ts': 390,
  'tests/e2e/console/operators.test.ts': 60,
  'tests/e2e/console/screens.test.ts': 200,
  'tests/e2e/console/sign-in.test.ts': 90,
  'tests/e2e/console/sponsors.test.ts': 165,
  'tests/e2e/database-loss.test.ts': 40,
  'tests/e2e/environments.test.ts': 55,
  'tests/e2e/outages.test.ts': 75,
  'tests/e2e/payment-crash.test.ts': 170,
  'tests/e2e/readme.test.ts': 100,
  'tests/e2e/restore.test.ts': 80,
  'tests/e2e/runbooks.test.ts': 150,
  'tests/e2e/start.test.ts': 90,
  'tests/e2e/upload.test.ts': 40,
  'local/aws/functions/function-pool.test.ts': 11,
  'local/aws/tests/s3.test.ts': 6,
  'local/aws/tests/sqs.test.ts': 6,
  'local/aws/tests/step-functions.test.ts': 8,
  'tests/infrastructure/bundle.test.ts': 16,
  'tests/infrastructure/edge.test.ts': 22,
  'tests/infrastructure/release.test.ts': 40,
  'tests/infrastructure/rollout.test.ts': 14,
  'tests/contract/break-glass.test.ts': 17,
  'tests/contract/hostile-requests.test.ts': 70,
  'tests/contract/links.test.ts': 17,
  'tests/contract/refusals.test.ts': 17,
  'tests/contract/request-limits.test.ts': 37,
  'tests/contract/standing.test.ts': 96,
  'tests/contract/tenant-isolation.test.ts': 18,
  'tests/integration/audit-verify-command.test.ts': 18,
  'tests/integration/audit-verify.test.ts': 18,
  'tests/integration/canaries.test.ts': 21,
  'tests/integration/command-line.test.ts': 23,
  'tests/integration/contribution-load.test.ts': 59,
  'tests/integration/contribution-upload-properties.test.ts': 19,
  'tests/integration/contribution-upload.test.ts': 14,
  'tests/integration/contribution.test.ts': 13,
  'tests/integration/dividend-snapshot.test.ts': 15,
  'tests/integration/dividend-worker.test.ts': 37,
  'tests/integration/four-eyes.test.ts': 66,
  'tests/integration/hanging-services.test.ts': 18,
  'tests/integration/payment-adapters.test.ts': 131,
  'tests/integration/payment-callback.test.ts': 62,
  'tests/integration/payment-file.test.ts': 71,
  'tests/integration/payment-from-plan.test.ts': 20,
  'tests/integration/payment-requests.test.ts': 23,
  'tests/integration/payment-run.test.ts': 105,
  'tests/integration/payment-workers.test.ts': 16,
  'tests/integration/payment.test.ts': 54,
  'tests/integration/plan-enrolment.test.ts': 22,
  'tests/integration/plan-vesting.test.ts': 17,
  'tests/integration/proxy-report.test.ts': 15,
  'tests/integration/redelivery.test.ts': 28,
  'tests/integration/register-properties.test.ts': 25,
  'tests/integration/report-export.test.ts': 13,
  'tests/integration/report-ledger.test.ts': 19,
  'tests/integration/retention.test.ts': 14,
  'tests/integration/schema.test.ts': 27,
  'tests/integration/second-factor.test.ts': 14,
  'tests/integration/security-classes.test.ts': 62,
  'tests/integration/sessions.test.ts': 14,
  'tests/integration/single-sign-on.test.ts': 18,
  'tests/integration/upload-killed.test.ts': 23,
  'tests/integration/upload-load.test.ts': 27,
  'tests/integration/waiting-files.test.ts': 26,
  'tests/integration/webhook.test.ts': 16,
};
const USUAL_SECONDS = 4;

/** Files that a worker takes one after the other. */
interface Share {
  readonly files: readonly TestSpecification[];
  readonly seconds: number;
}

/**
 * Gives out the longest files first, so that none is left alone at the end. Those that start a platform wait until they may, and a
 * worker that waits does nothing else: each is given out when one of those before it is expected to have ended.
 */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Files of one project that follow each other share a process, see fresh-file.ts.
    const byProject = (await super.sort(files)).sort((a, b) => a.project.name.localeCompare(b.project.name));
    const shares = byProject.map(shareOf).sort((a, b) => b.seconds - a.seconds);
    const takeOf = (project: string): Share[] => {
      const taken = shares.filter(({ files: [file] }) => file?.project.name === project);
      for (const share of taken) shares.splice(shares.indexOf(share), 1);
      return taken;
    };
    const [platforms, templates, rules] = [takeOf('e2e'), takeOf('infrastructure'), takeOf('unit')];
    const workers = files[0]?.project.config.maxWorkers ?? 1;
    // Files that follow one another share a process: those of templates when lasting ones keep the other workers.
    shares.splice(Math.max(0, workers - 2), 0, joined(templates));
    return [...plan(platforms, shares, workers), ...rules].flatMap((share) => share.files);
  }
}

function shareOf(file: TestSpecification): Share {
  return { files: [file], seconds: SECONDS[relative(REPOSITORY, file.moduleId)] ?? USUAL_SECONDS };
}

function joined(shares: readonly Share[]): Share {
  return {
    files: shares.flatMap(({ files }) => files),
    seconds: shares.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Returns the order in which workers that become free take a platform, or else another. */
function plan(platforms: readonly Share[], others: readonly Share[], workers: number): Share[] {
  const left = { platforms: [...platforms], others: [...others] };
  const freeAt = Array<number>(workers).fill(0);
  const platformFreeAt = Array<number>(PLATFORMS_AT_ONCE).fill(0);
  const order: Share[] = [];
  for (;;) {
    const now = Math.min(...freeAt);
    const platformAt = Math.min(...platformFreeAt);
    const lane = platformFreeAt.indexOf(platformAt);
    const platform =
      platformAt <= now || left.others.length === 0 ? takeFor(lane, left.platforms) : undefined;
    const next = platform ?? left.others.shift();
    if (next === undefined) return order;
    const endsAt = (platform === undefined ? now : Math.max(now, platformAt)) + next.seconds;
    if (platform !== undefined) platformFreeAt[lane] = endsAt;
    freeAt[freeAt.indexOf(now)] = endsAt;
    order.push(next);
  }
}

/** Takes a file that runs a platform: a browser beside another one slows both down, so one lane has those that start one as long as there are any. */
function takeFor(lane: number, platforms: Share[]): Share | undefined {
  const fits = platforms.find(({ files: [file] }) => isInBrowser(file) === (lane === 0)) ?? platforms[0];
  if (fits !== undefined) platforms.splice(platforms.indexOf(fits), 1);
  return fits;
}

function isInBrowser(file: TestSpecification | undefined): boolean {
  return file?.moduleId.includes('/e2e/console/') === true;
}
