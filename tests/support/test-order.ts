import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that start a platform end before the others do. */
const PLATFORMS_END_AT = 0.6;

const isOfProject =
  (name: string) =>
  ({ project }: TestSpecification): boolean =>
    project.name === name;

/**
 * Spreads the files that start a platform among those that don't. They wait for each other (tests/e2e/one-at-a-time.ts), and
 * a worker that waits does nothing else.
 */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const ofPlatform = isOfProject('e2e');
    const platforms = sorted.filter(ofPlatform);
    const others = sorted.filter((file) => !ofPlatform(file));
    const step = Math.floor((others.length * PLATFORMS_END_AT) / Math.max(platforms.length, 1));
    for (const [index, platform] of platforms.entries()) others.splice(index * (step + 1), 0, platform);
    return others;
  }
}
