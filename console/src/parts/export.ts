import { useEffect, useRef, useState } from 'react';
import { unreachable } from '../api/problem.ts';
import { sheetOf } from './csv.ts';
import { save } from './save.ts';

/** More are a report’s, which a worker writes: a page has to hold them all. */
export const MOST_ROWS = 20_000;

interface Part {
  readonly data: readonly unknown[];
  /** The beginning of the next rows; undefined after the last ones. */
  readonly next: string | undefined;
}

/** All rows that match a filter: read one part after another, or a file of the API where it has one. */
export type Everything = { rows(after: string | undefined): Promise<Part> } | { file(): Promise<Blob> };

interface State {
  readonly isRunning: boolean;
  readonly read: number;
  readonly saved?: { readonly rows: number; readonly isWhole: boolean };
  readonly problem?: Error;
}

const IDLE: State = { isRunning: false, read: 0 };

/** Saves all rows as a file. It says how far it is, can be stopped, and stops with the table. */
export function useExport(name: string, everything: Everything) {
  const [state, setState] = useState(IDLE);
  const run = useRef(0);
  useEffect(
    () => () => {
      run.current += 1;
    },
    [],
  );
  const start = async (): Promise<void> => {
    run.current += 1;
    const mine = run.current;
    const tell = (next: State): void => {
      if (run.current === mine) setState(next);
    };
    tell({ isRunning: true, read: 0 });
    try {
      const fileName = `${name}-${new Date().toISOString().slice(0, 10)}.csv`;
      if ('file' in everything) {
        const file = await everything.file();
        if (run.current !== mine) return;
        save(file, fileName);
        tell(IDLE);
        return;
      }
      const rows: unknown[] = [];
      let next: string | undefined;
      do {
        const part = await everything.rows(next);
        if (run.current !== mine) return;
        rows.push(...part.data);
        next = part.next;
        tell({ isRunning: true, read: rows.length });
      } while (next !== undefined && rows.length < MOST_ROWS);
      const kept = rows.slice(0, MOST_ROWS);
      save(new Blob([sheetOf(kept)], { type: 'text/csv;charset=utf-8' }), fileName);
      const isWhole = next === undefined && kept.length === rows.length;
      tell({ isRunning: false, read: kept.length, saved: { rows: kept.length, isWhole } });
    } catch (error) {
      tell({ isRunning: false, read: 0, problem: error instanceof Error ? error : unreachable() });
    }
  };
  const stop = (): void => {
    run.current += 1;
    setState(IDLE);
  };
  return { ...state, start: () => void start(), stop };
}
