import {
  CensusMoved,
  changedPeople,
  countPeople,
  FOUND_COLUMNS,
  judgeCensus,
  loadCensus,
  refuseRepeatedPeople,
} from '#plans/participants/load-census.ts';
import { runOn } from '#platform/db/run-statement.ts';
import { todayOf } from '#platform/db/today.ts';
import { csvLine } from '#platform/storage/csv.ts';
import { participantContract } from '#uploads/checking/participant-contract.ts';
import { PARTICIPANT_COLUMNS } from '#uploads/checking/participant-upload.schema.ts';
import { readRows } from '#uploads/formats/read-rows.ts';
import { stageByContract } from './staged-rows.ts';
import type { UploadLoader } from './upload-loader.ts';

const CELLS = PARTICIPANT_COLUMNS.map((column) =>
  column === 'employee_id' ? 'employee_id text collate "C"' : `${column} text`,
).join(', ');

const CREATE = `create temporary table staged_rows (n integer not null, line integer not null, ${CELLS},
  error_column text, error_code text, error_message text, first_line integer, ${FOUND_COLUMNS})`;

/** Files of the sponsor's people: the census, and whom it enrols. */
export const participantLoader: UploadLoader = {
  columns: () => PARTICIPANT_COLUMNS,
  stage: (session, source, format, following) =>
    stageByContract(
      session,
      { create: [CREATE], columns: PARTICIPANT_COLUMNS },
      readRows(source, format, { ...following, contract: participantContract }),
    ),
  refuseRepeated: async (session, staged) => {
    staged.rejected += await refuseRepeatedPeople(runOn(session));
  },
  refuseConflicts: async (session, { receivedAt }, staged) => {
    const run = runOn(session);
    const { rows } = await run<{ today: string }>('select today()::text as today');
    const refused = await judgeCensus(run, { receivedAt, today: rows[0]?.today ?? '' });
    staged.rejected += refused;
    staged.unchanged = (await countPeople(run)).unchanged;
    return refused;
  },
  about: () => ({}),
  load: async (tx, { receivedAt, party }) => {
    await loadCensus(tx, { receivedAt, enteredBy: party, today: await todayOf(tx) });
    return undefined;
  },
  review: async (session) => ({
    changes: { ...(await countPeople(runOn(session))), by_class: [] },
    lines: async function* () {
      yield csvLine([...PARTICIPANT_COLUMNS, 'vestry_line', 'vestry_change', 'vestry_changed_columns']);
      for await (const people of changedPeople(runOn(session)))
        yield people
          .map((person) =>
            csvLine([
              ...PARTICIPANT_COLUMNS.map((column) => person[column]),
              ...[person.line, person.change, person.changed],
            ]),
          )
          .join('');
    },
  }),
  mayLoadAgain: (error) => error instanceof CensusMoved,
};
