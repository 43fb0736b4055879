import type { StoredFile } from '#uploads/intake/upload-event.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

// Says when it begins, so that a kill can be timed from there.
process.send?.('begins');
await processUpload(JSON.parse(process.argv[2] ?? '') as StoredFile, {
  requestId: 'child',
  isFinal: () => false,
});
process.exit(0);
