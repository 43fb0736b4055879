/** The id of the part of the page that a screen fills. */
export const SCREEN = 'screen';

export function focusScreen(): void {
  document.getElementById(SCREEN)?.focus({ preventScroll: true });
}

/** Takes the focus to the screen once what had it has gone with a window: a keyboard would begin at the top again. */
export function rescueFocus(): void {
  setTimeout(() => {
    if (document.activeElement === document.body) focusScreen();
  });
}
