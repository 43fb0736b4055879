import { join } from 'node:path';
import { publishConsole } from '#meta/publish-console.ts';

/** CloudFormation's event. */
interface ReleaseEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
}

/** Publishes the console that came with this function. The bucket outlives the stack, so nothing is taken back with it. */
export async function handler({ RequestType }: ReleaseEvent): Promise<{ Data?: { Files: number } }> {
  if (RequestType === 'Delete') return {};
  return { Data: { Files: await publishConsole(join(import.meta.dirname, 'console')) } };
}
