import type { Style } from '../report/text/style.js';

/** The parts of a stream that say how text may look there. */
export interface Screen {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/**
 * How text may look on a stream. Colour only on a terminal that can show it, and not where NO_COLOR is set to anything
 * (no-color.org); marks beyond ASCII where the locale is UTF-8; 80 columns where there is no terminal to ask.
 */
export function styleFor(screen: Screen, env: NodeJS.ProcessEnv): Style {
  const isTerminal = screen.isTTY === true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    color: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    columns: (isTerminal && screen.columns) || 80,
    unicode: /utf-?8/i.test(locale),
  };
}
