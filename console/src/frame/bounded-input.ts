/** No field of the API takes so many characters in one line: one that is cut here is refused by its length, as it would be whole. */
const LONGEST = 10_000;

const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {};

/** Cuts what is pasted into a line. A browser that lays out a megabyte there stands still for seconds, and a form draws it with each key. */
export function boundInput(): void {
  const cut = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement && target.type !== 'file' && target.value.length > LONGEST)
      // The setter of the element itself would hide the change from React.
      set?.call(target, target.value.slice(0, LONGEST));
  };
  window.addEventListener('input', cut, { capture: true });
}
