/**
 * Whether the cell may be within reach, before anything was asked of it. The browser's word is about the way out of
 * the machine, and a cell on this machine needs none. A hint for the first moments: what requests meet counts.
 */
export const mayReachCell = (): boolean =>
  navigator.onLine || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
