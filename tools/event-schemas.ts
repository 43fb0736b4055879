import * as z from 'zod';
import { detailSchema } from '#contracts/event-schemas.ts';
import { EVENT_SOURCE, EVENT_TYPES, EVENT_VERSIONS } from '#contracts/event-types.ts';
import { generate } from './generated-file.ts';

/**
 * `npm run event-schemas`: the JSON Schema of the `detail` of every event on the bus, for consumers. Fields may be added within a
 * version, so that none is forbidden here.
 */

for (const type of EVENT_TYPES) {
  const version = EVENT_VERSIONS[type];
  const { $schema, ...schema } = z.toJSONSchema(detailSchema(type), { io: 'input' });
  const document = {
    $schema,
    $id: `urn:${EVENT_SOURCE}:event:${type}:${version}`,
    title: `${type}, version ${version}`,
    ...schema,
  };
  generate(`events/schemas/${type}.json`, `${JSON.stringify(document, null, 2)}\n`, 'npm run event-schemas');
}
