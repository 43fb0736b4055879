import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

/** The choice of this browser; without one, the system's. */
const CHOICE = 'vestry.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function current(): Theme {
  const choice = localStorage.getItem(CHOICE);
  if (choice === 'light' || choice === 'dark') return choice;
  return dark.matches ? 'dark' : 'light';
}

function apply(): void {
  applyMode(current() === 'dark' ? Mode.Dark : Mode.Light);
  for (const listener of listeners) listener();
}

export function followTheme(): void {
  apply();
  dark.addEventListener('change', apply);
}

export function choose(theme: Theme): void {
  localStorage.setItem(CHOICE, theme);
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
}
