import { useSearchParams } from 'wouter';

/** The query of the address, in which a screen keeps what it shows. An empty text takes a parameter out of it. */
export function useAddress(): [URLSearchParams, (changes: Readonly<Record<string, string>>) => void] {
  const [search, setSearch] = useSearchParams();
  const change = (changes: Readonly<Record<string, string>>): void =>
    setSearch((current) => {
      const next = new URLSearchParams(current);
      for (const [name, value] of Object.entries(changes)) {
        if (value === '') next.delete(name);
        else next.set(name, value);
      }
      return next;
    });
  return [search, change];
}
