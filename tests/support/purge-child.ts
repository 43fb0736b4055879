import { purgeAt } from './retention.ts';

// Says when it begins, so that a kill can be timed from there.
process.send?.('begins');
await purgeAt(process.argv[2] ?? '');
process.exit(0);
